package dev.intercept.endtoend;

import static dev.intercept.endtoend.TruthScene.PORT;
import static dev.intercept.endtoend.TruthScene.RULE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.cli.StartOptions;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.KernelStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each backend advises where it loses answers, typed while answers come without a pause: no rule changes, and none of them
 * gets to the clients' side, until the test itself opens the way.
 */
class LossRemediesTest {

    private static final String NFLOG = "iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 65535"
            + " && iptables -I OUTPUT -p tcp --sport 8080 -j NFLOG --nflog-group 0";
    private static final Map<String, String> ASSISTANT =
            Map.of("--interface", "in0", "--filter", "tcp and src port 8080");
    private static final String CLOSED = "sysctl -w net.ipv4.ip_forward=0";
    private static final int ANSWERS = 50;

    /** @param opened lets answers pass */
    private record Case(String backend, Map<String, String> options, String made, String opened) {
        @Override
        public String toString() {
            return backend + " " + options;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("nfqueue", Map.of(), RULE, "iptables -F OUTPUT"),
                new Case("nfqueue", Map.of("--queue-maxlen", "65536"), RULE, "iptables -F OUTPUT"),
                new Case("nflog", Map.of(), NFLOG, "iptables -F OUTPUT"),
                new Case("ebpf", Map.of("--target-ports", "8080"), "true", "tc qdisc del dev target0 clsact"),
                new Case("pcap", ASSISTANT, CLOSED, "sysctl -w net.ipv4.ip_forward=1"));
    }

    /** Answers as fast as they go, until it is closed. */
    private static final class Load implements AutoCloseable {

        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicLong sent = new AtomicLong();
        private final RawSocket raw;
        private final byte[] answer;
        private final Thread thread = new Thread(this::send, "answers");

        Load(TruthScene scene, boolean isFromNeighbour) throws Exception {
            raw = (isFromNeighbour ? scene.neighbour : scene.network).call(RawSocket::new);
            answer = new PacketBuilder()
                    .from(isFromNeighbour ? TruthScene.NEIGHBOUR_TARGET : TestNetwork.TARGET, PORT)
                    .to(TestNetwork.client(1), 40000)
                    .build();
            thread.start();
        }

        private void send() {
            try {
                while (!isOver.get()) {
                    raw.send(answer);
                    sent.incrementAndGet();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void awaitMore() throws Exception {
            long end = sent.get() + ANSWERS;
            Await.until("more answers", () -> sent.get() >= end);
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("nothing interrupts a test", e);
            }
            raw.close();
        }
    }

    @AfterAll
    static void shouldHaveTypedAllThatItIsToType() throws IOException {
        Remedies.assertTypedBy("LossRemediesTest.shouldLetNoAnswerEscapeWhileItIsTyped");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldLetNoAnswerEscapeWhileItIsTyped(Case each) throws Exception {
        try (TruthScene scene = new TruthScene()) {
            boolean isAssistant = each.backend.equals("pcap");
            if (isAssistant) {
                scene.connectNeighbour();
            }
            scene.sh(each.made);
            List<String> remedies = remedies(scene, each);
            start(scene, each, Map.of());
            String rules = scene.network.exec("iptables-save");
            try (Load load = new Load(scene, isAssistant)) {
                for (String remedy : remedies) {
                    type(scene, each, remedy, load);
                    assertEquals(0, scene.escaped(), remedy);
                }
                assertEquals(chains(rules), chains(scene.network.exec("iptables-save")));
                scene.sh(each.opened);
                load.awaitMore();
            }
            assertTrue(scene.escaped() > 0, "the wire shows what escapes");
        }
    }

    /** Without the time and the counters. */
    private static List<String> chains(String saved) {
        return saved.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("\\[\\d+:\\d+]", ""))
                .toList();
    }

    private static void start(TruthScene scene, Case each, Map<String, String> more) throws Exception {
        Map<String, String> options = new HashMap<>(each.options);
        options.putAll(more);
        scene.start(InterceptConfig.builder()
                .backendName(each.backend)
                .backendOptions(options)
                .build());
    }

    private static void type(TruthScene scene, Case each, String remedy, Load load) throws Exception {
        load.awaitMore();
        Remedies.typed(remedy);
        if (remedy.startsWith("intercept -")) {
            Map<String, String> more = StartOptions.of(remedy).backendOptions();
            scene.stop();
            load.awaitMore();
            start(scene, each, more);
        } else {
            // What only the first namespace has, or no device here, is refused.
            scene.sh("(" + remedy.replaceFirst(" #.*", "") + ") || true");
        }
        load.awaitMore();
    }

    private static List<String> remedies(TruthScene scene, Case each) throws Exception {
        CaptureBackendProvider provider = ServiceLoader.load(CaptureBackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals(each.backend))
                .findFirst()
                .orElseThrow();
        List<String> remedies = new ArrayList<>();
        List<CaptureBackend> lanes =
                scene.network.call(() -> provider.open(new BackendOptions(provider.options(), each.options)));
        for (CaptureBackend lane : lanes) {
            lane.kernelStats().losses().stream().map(KernelStats.Loss::remedy).forEach(remedies::add);
            lane.close();
        }
        assertFalse(remedies.isEmpty());
        return remedies;
    }
}
