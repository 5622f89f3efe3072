package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules that a service owns, in a real kernel, and what becomes of answers around a restart. */
class OwnRulesTest {

    private static final BackendRegistry BACKENDS = BackendRegistry.load(List.of());
    private static final InterceptConfig CONFIG =
            InterceptConfig.builder().backendName("nfqueue").build();

    @TempDir
    private Path directory;

    private NetworkNamespace network;
    private OwnRules rules;

    @BeforeEach
    void install() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        rules = rules();
        network.run(() -> rules.install("nfqueue"));
    }

    @AfterEach
    void leave() throws Exception {
        network.close();
    }

    private OwnRules rules() {
        return new OwnRules(List.of(8080), CONFIG, BACKENDS, Map.of("RUNTIME_DIRECTORY", directory.toString()));
    }

    /** Packets that each rule has met, with what it does. */
    private List<String> counted() throws Exception {
        return network.exec("iptables", "-nvxL", "OUTPUT")
                .lines()
                .skip(2)
                .map(line -> line.strip().split(" +"))
                .map(words -> words[0] + " " + words[2] + " " + words[8])
                .toList();
    }

    private void answer() throws Exception {
        try (RawSocket target = network.call(RawSocket::new)) {
            target.send(new PacketBuilder()
                    .from(TestNetwork.TARGET, 8080)
                    .to(TestNetwork.client(1), 40000)
                    .flags(PacketBuilder.ACK)
                    .build());
        }
    }

    @Test
    void shouldLetNoAnswerEscapeWhileAStartFollowsTheStop() throws Exception {
        answer();
        Path mark = Files.createDirectory(directory.resolve("restarting"));
        network.run(rules::remove);
        assertFalse(Files.exists(mark), "it is for one stop only");
        answer(); // Nobody listens on the queue: the kernel drops it.
        OwnRules next = rules();
        network.run(() -> next.install("nfqueue"));
        answer();
        assertEquals(List.of("3 NFQUEUE 0.0.0.0/0"), counted());
        network.run(next::remove);
        assertEquals(List.of(), counted());
    }

    @Test
    void shouldPutTheRulesForAnotherPassListInFrontBeforeTheOldOnesGo() throws Exception {
        network.run(() -> rules.adopt(List.of(8080), List.of(Cidr.parse(TestNetwork.client(1)))));
        answer();
        assertEquals(List.of("1 ACCEPT " + TestNetwork.client(1), "0 NFQUEUE 0.0.0.0/0"), counted());
        network.run(() -> rules.adopt(List.of(8080), List.of(Cidr.parse(TestNetwork.client(2)))));
        answer();
        assertEquals(List.of("0 ACCEPT " + TestNetwork.client(2), "1 NFQUEUE 0.0.0.0/0"), counted());
        network.run(() -> rules.adopt(List.of(8080), List.of()));
        assertTrue(counted().size() == 1, counted().toString());
        network.run(rules::remove);
        assertEquals(List.of(), counted());
    }

    @Test
    void shouldHaveRulesForOtherPortsWhileThoseThatStayAreThere() throws Exception {
        answer();
        network.run(() -> rules.adopt(List.of(8080, 9090), List.of()));
        assertEquals(List.of(9090, 8080), portsOfRules());
        answer();
        assertEquals(List.of("0 NFQUEUE 0.0.0.0/0", "2 NFQUEUE 0.0.0.0/0"), counted(), "it was there throughout");
        network.run(() -> rules.adopt(List.of(9090), List.of()));
        assertEquals(List.of(9090), portsOfRules());
        network.run(rules::remove);
        assertEquals(List.of(), counted());
    }

    private List<Integer> portsOfRules() throws Exception {
        return network.exec("iptables", "-S", "OUTPUT")
                .lines()
                .filter(line -> line.contains("--sport "))
                .map(line -> Integer.valueOf(line.replaceAll(".*--sport (\\d+).*", "$1")))
                .toList();
    }

    @Test
    void shouldRefuseABackendThatNeedsNoRulesBeforeAnythingIsOpened() {
        InterceptConfig ebpf = InterceptConfig.builder()
                .backendName("ebpf")
                .backendOptions(Map.of("--target-ports", "8080"))
                .build();
        StartException refused = assertThrows(
                StartException.class, () -> new OwnRules(List.of(8080), ebpf, BACKENDS, Map.of()).refuseWithoutRules());
        assertEquals(
                "--install-rules: backend ebpf needs no rules here; leave --install-rules out", refused.getMessage());
    }
}
