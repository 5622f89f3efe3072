package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.logging.Log;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.stats.Counter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration is read anew while answers come through the kernel's queue and a tcpcopy is connected. */
class ReloadTest {

    private static final BackendRegistry BACKENDS = BackendRegistry.load(List.of());
    private static final String CLIENT = TestNetwork.client(1);
    private static final String START = "backend=nfqueue\nport=36524\nallow=198.51.100.0/24\n";

    @TempDir
    private Path directory;

    private Path file;
    private NetworkNamespace network;
    private Intercept intercept;
    private Diagnosis diagnosis;
    private Reload reload;
    private Log log;
    private TunnelClient tcpcopy;

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(directory.resolve("intercept.conf"), START);
        Arguments started = ArgumentFiles.expand("--config=" + file);
        InterceptCommand command = PlainStart.of(started).orElseThrow();
        network = NetworkNamespace.withTestNetwork();
        network.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
        intercept = network.call(() -> Intercept.start(command.config()));
        diagnosis = Diagnosis.ofLooks(intercept);
        log = Log.toFile(directory.resolve("log"), LogLevel.INFO, LogFormat.TEXT);
        reload = new Reload(started, BACKENDS, new OwnRules(List.of(), command.config(), BACKENDS));
        tcpcopy = connect();
        tcpcopy.add(CLIENT, 40000, TestNetwork.TARGET, 8080);
        await(() -> intercept.statistics().sessions().getAsInt() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        Log.toStderr(LogLevel.INFO, LogFormat.TEXT);
        tcpcopy.close();
        intercept.stop();
        network.close();
    }

    private TunnelClient connect() throws Exception {
        return network.call(() -> TunnelClient.connect(new InetSocketAddress(TestNetwork.TARGET, 36524)));
    }

    private static void await(java.util.function.BooleanSupplier condition) throws Exception {
        Await.until("what the test waits for", condition::getAsBoolean);
    }

    private Reload.Outcome reloaded(String text) throws Exception {
        Files.writeString(file, text);
        return reload.of(intercept, diagnosis, log);
    }

    private void assertChanges(String expected, String text) throws Exception {
        assertEquals(new Reload.Outcome(true, "reloaded: " + expected), reloaded(text));
    }

    private long count(Counter counter) {
        return intercept.statistics().get(counter);
    }

    private void answerUntilCounted(Counter counter) throws Exception {
        long before = count(counter);
        try (RawSocket target = network.call(RawSocket::new)) {
            target.send(new PacketBuilder()
                    .from(TestNetwork.TARGET, 8080)
                    .to(CLIENT, 40000)
                    .flags(PacketBuilder.ACK)
                    .build());
            await(() -> count(counter) > before);
        }
    }

    @Test
    void shouldPutANewPassListInForceAndKeepTheTunnel() throws Exception {
        answerUntilCounted(Counter.FORWARDED);
        assertChanges("--passlist " + CLIENT + ", was not given", START + "passlist=" + CLIENT + "\n");
        answerUntilCounted(Counter.PASSED);
        assertChanges("nothing to change", START + "# the same\npasslist=" + CLIENT + "\n");
        assertChanges("--passlist not given, was " + CLIENT, START);
        answerUntilCounted(Counter.FORWARDED);
        assertEquals(1, intercept.tunnels().size());
        assertEquals(0, count(Counter.TUNNELS_CLOSED));
    }

    @Test
    void shouldTranslateAddressesAnewAndAllowOthersToConnect() throws Exception {
        String pair = CLIENT + "-" + TestNetwork.client(2);
        assertChanges("--translate " + pair + ", was not given", START + "translate=" + pair + "\n");
        answerUntilCounted(Counter.NO_ROUTE);
        assertChanges(
                "--allow 192.0.2.0/24, was 198.51.100.0/24; --translate not given, was " + pair,
                START.replace("198.51.100.0", "192.0.2.0"));
        try (TunnelClient stranger = connect()) {
            await(() -> count(Counter.TUNNELS_REFUSED) > 0);
            assertTrue(stranger.localAddress() != null);
        }
        answerUntilCounted(Counter.FORWARDED);
        assertEquals(1, intercept.tunnels().size());
    }

    @Test
    void shouldChangeLogLevelAndSilencesAtOnceAndNameWhatNeedsARestart() throws Exception {
        System.Logger logger = System.getLogger("reload");
        assertFalse(logger.isLoggable(System.Logger.Level.DEBUG));
        String later = "; needs a restart: --port 36525, is 36524; --timeout 60, is not given";
        String text = START.replace("36524", "36525") + "timeout=60\nlog-level=debug\nsilence=no-tcpcopy,queue-rule\n";
        assertChanges("--log-level debug, was not given; --silence no-tcpcopy,queue-rule, was not given" + later, text);
        assertTrue(logger.isLoggable(System.Logger.Level.DEBUG));
        assertChanges("nothing to change" + later, text);
        assertChanges("--log-level not given, was debug; --silence not given, was no-tcpcopy,queue-rule", START);
        assertFalse(logger.isLoggable(System.Logger.Level.DEBUG));
    }

    @Test
    void shouldChangeNothingByABadFileAndNameFileAndLine() throws Exception {
        String why = "reload: nothing was changed: " + file;
        Reload.Outcome outcome = reloaded("passlist=" + CLIENT + "\n\nallow=10.0.0.0/99\n");
        assertFalse(outcome.isDone());
        assertTrue(outcome.line().startsWith(why + ":3: --allow: '10.0.0.0/99'"), outcome.line());
        assertTrue(reloaded("passlist=" + CLIENT + "\nprot=1\n").line().startsWith(why + ":2: "));
        assertTrue(reloaded("passlist=" + CLIENT + "\nsilence=no-tcpcop\n")
                .line()
                .contains(":2: --silence: 'no-tcpcop' is no finding, did you mean no-tcpcopy?"));
        Files.delete(file);
        assertTrue(reload.of(intercept, diagnosis, log).line().contains("cannot be read"));
        answerUntilCounted(Counter.FORWARDED);
        assertEquals(0, count(Counter.PASSED));
    }

    @Test
    void shouldAnswerTheCommandThroughTheStatusSocket() throws Exception {
        Path socket = directory.resolve("socket");
        try (StatusSocket status = StatusSocket.open(socket, Optional.empty())) {
            status.answer((request, client) -> request.equals(StatusSocket.RELOAD)
                    ? reload.of(intercept, diagnosis, log).reply()
                    : "status");
            assertEquals("status", StatusSocket.ask(socket));
            Files.writeString(file, START + "passlist=" + CLIENT + "\n");
            CommandRun done = CommandRun.of("reload", "--socket", socket.toString());
            assertEquals("reloaded: --passlist " + CLIENT + ", was not given\n", done.out());
            assertEquals(0, done.exitCode());
            Files.writeString(file, "port=none\n");
            CommandRun refused = CommandRun.of("reload", "--socket", socket.toString());
            assertEquals(ExitCode.USAGE.code(), refused.exitCode());
            assertTrue(refused.err().startsWith("intercept: reload: nothing was changed: " + file + ":1: -p, --port:"));
        }
        assertEquals(
                ExitCode.UNAVAILABLE.code(),
                CommandRun.of("reload", "--socket", "/nowhere").exitCode());
    }

    @Test
    void shouldSayThatThereIsNoFileToRead() throws Exception {
        Reload without =
                new Reload(Arguments.typed("-d"), BACKENDS, new OwnRules(List.of(), intercept.config(), BACKENDS));
        assertFalse(without.isPossible());
        assertTrue(
                without.of(intercept, diagnosis, log).line().startsWith("nothing to read anew: intercept was started"));
    }
}
