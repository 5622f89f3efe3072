package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.logging.Log;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.stats.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel's program knows of the configuration changes under it, while answers come and a tcpcopy is connected. */
class EbpfReloadTest {

    private static final BackendRegistry BACKENDS = BackendRegistry.load(List.of());
    private static final String CLIENT = TestNetwork.client(1);
    private static final int CLIENT_PORT = 40000;
    private static final String START = "backend=ebpf\nport=36524\n";
    private static final String PORT = "target-ports=8080\n";
    private static final int PATIENCE_MS = 120_000;

    /** They fit into the ring, and into what waits for a client that does not read. */
    private static final int ANSWERS = 20_000;

    @TempDir
    private Path directory;

    private Path file;
    private NetworkNamespace network;
    private RawSocket target;
    private PacketSocket wire;
    private Intercept intercept;
    private Diagnosis diagnosis;
    private Reload reload;
    private Log log;
    private TunnelClient tcpcopy;

    private void start(String text) throws Exception {
        file = Files.writeString(directory.resolve("intercept.conf"), text);
        Arguments started = ArgumentFiles.expand("--config=" + file);
        InterceptCommand command = PlainStart.of(started).orElseThrow();
        network = NetworkNamespace.withTestNetwork();
        target = network.call(RawSocket::new);
        wire = network.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
        intercept = network.call(() -> Intercept.start(command.config()));
        diagnosis = Diagnosis.ofLooks(intercept);
        log = Log.toFile(directory.resolve("log"), LogLevel.INFO, LogFormat.TEXT);
        reload = new Reload(started, BACKENDS, new OwnRules(List.of(), command.config(), BACKENDS));
        tcpcopy = network.call(() -> TunnelClient.connect(new InetSocketAddress(TestNetwork.TARGET, 36524)));
        tcpcopy.add(CLIENT, CLIENT_PORT, TestNetwork.TARGET, 8080);
        tcpcopy.add(CLIENT, CLIENT_PORT, TestNetwork.TARGET, 9090);
        Await.until("two routes", () -> intercept.statistics().sessions().getAsInt() == 2);
    }

    @AfterEach
    void stop() throws Exception {
        Log.toStderr(LogLevel.INFO, LogFormat.TEXT);
        tcpcopy.close();
        intercept.stop();
        target.close();
        wire.close();
        network.close();
    }

    private void assertChanges(String expected, String text) throws Exception {
        Files.writeString(file, text);
        assertEquals(new Reload.Outcome(true, "reloaded: " + expected), reload.of(intercept, diagnosis, log));
    }

    private void assertRefused(String why, String text) throws Exception {
        Files.writeString(file, text);
        assertEquals(
                new Reload.Outcome(false, "reload: nothing was changed: backend ebpf: " + why),
                reload.of(intercept, diagnosis, log));
    }

    private static byte[] answer(String from, int port) {
        return new PacketBuilder()
                .from(from, port)
                .to(CLIENT, CLIENT_PORT)
                .flags(PacketBuilder.ACK)
                .build();
    }

    private long forwarded() {
        return intercept.statistics().get(Counter.FORWARDED);
    }

    private void assertForwarded(byte[] answer) throws Exception {
        long before = forwarded();
        target.send(answer);
        Await.until("it is forwarded", () -> forwarded() == before + 1);
    }

    /** Whatever was sent before it was stopped. */
    private void assertPasses(byte[] answer) throws Exception {
        target.send(answer);
        assertArrayEquals(answer, wire.poll(PATIENCE_MS).orElseThrow());
    }

    @Test
    void shouldStopAnswersFromOtherPortsAndLetThoseOfFormerOnesPass() throws Exception {
        start(START + PORT);
        byte[] first = answer(TestNetwork.TARGET, 8080);
        byte[] second = answer(TestNetwork.TARGET, 9090);
        assertForwarded(first);
        assertPasses(second);
        assertChanges("--target-ports 8080,9090, was 8080", START + "target-ports=8080,9090\n");
        assertForwarded(first);
        assertForwarded(second);
        assertChanges("--target-ports 9090, was 8080,9090", START + "target-ports=9090\n");
        assertForwarded(second);
        assertPasses(first);
        assertEquals("9090", intercept.config().backendOptions().get("--target-ports"));
        assertEquals(1, intercept.tunnels().size());
    }

    @Test
    void shouldLoseNoAnswerAndLetNoneEscapeWhilePortsAndPassListChange() throws Exception {
        start(START + PORT);
        Thread server = new Thread(() -> {
            byte[] answer = answer(TestNetwork.TARGET, 8080);
            for (int i = 0; i < ANSWERS; i++) {
                try {
                    target.send(answer);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        server.start();
        do {
            assertChanges(
                    "--passlist 192.0.2.9, was not given; --target-ports 9090,8080, was 8080",
                    START + "target-ports=9090,8080\npasslist=192.0.2.9\n");
            assertChanges("--passlist not given, was 192.0.2.9; --target-ports 8080, was 9090,8080", START + PORT);
        } while (server.isAlive());
        Await.until("all are forwarded", () -> forwarded() == ANSWERS);
        byte[] last = answer(TestNetwork.TARGET, 9090);
        assertPasses(last);
        assertEquals(0, intercept.statistics().get(Counter.TUNNELS_CLOSED));
    }

    @Test
    void shouldLetThePassListThatIsReadAnewPass() throws Exception {
        start(START + PORT);
        byte[] answer = answer(TestNetwork.TARGET, 8080);
        assertChanges("--passlist 192.0.2.0/24, was not given", START + PORT + "passlist=192.0.2.0/24\n");
        assertPasses(answer);
        assertChanges("--passlist 192.0.2.2, was 192.0.2.0/24", START + PORT + "passlist=192.0.2.2\n");
        assertForwarded(answer);
    }

    @Test
    void shouldChangeNothingByAValueThatAStartWouldRefuse() throws Exception {
        start(START + PORT);
        assertRefused(
                "--target-ports 9090,99999: must be numbers from 1 to 65535 with a comma between",
                START + "target-ports=9090,99999\npasslist=" + CLIENT + "\n");
        assertRefused(
                "--target-ports is missing: name the test server's port, --target-ports=8080; answers from it are stopped on"
                        + " this host",
                START);
        assertRefused(
                "--lanes 99: must be a whole number from 1 to 16",
                START + "target-ports=9090\npasslist=" + CLIENT + "\nlanes=99\n");
        assertForwarded(answer(TestNetwork.TARGET, 8080));
        assertPasses(answer(TestNetwork.TARGET, 9090));
        assertChanges("nothing to change", START + PORT);
    }

    @Test
    void shouldNameWhatOfItsOptionsNeedsARestart() throws Exception {
        start(START + PORT);
        assertChanges("nothing to change; needs a restart: --lanes 2, is not given", START + PORT + "lanes=2\n");
    }

    /** Where answers of replayed sessions alone are stopped, the kernel translates as intercept does. */
    @Test
    void shouldTranslateAddressesAnewWhereOnlyReplayedSessionsAreStopped() throws Exception {
        String replayed = START + PORT + "stop=replayed\nhold-ms=0\n";
        start(replayed);
        byte[] known = answer(TestNetwork.TARGET, 8080);
        byte[] container = answer("10.8.0.2", 8080);
        assertForwarded(known);
        assertPasses(container);
        String pair = "10.8.0.2-" + TestNetwork.TARGET;
        assertChanges("--translate " + pair + ", was not given", replayed + "translate=" + pair + "\n");
        assertForwarded(container);
        assertForwarded(known);
        assertPasses(answer("10.8.0.3", 8080));
        assertChanges("--translate not given, was " + pair, replayed);
        assertPasses(container);
        assertForwarded(known);
        assertEquals(0, intercept.statistics().get(Counter.TUNNELS_CLOSED));
        assertTrue(intercept.config().backendOptions().containsKey("--stop"));
    }
}
