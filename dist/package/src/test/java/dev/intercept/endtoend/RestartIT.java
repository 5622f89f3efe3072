package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code intercept restart} of the built program, with tunnels open and answers that come through the kernel's queue. */
class RestartIT extends ProgramInANetwork {

    private static final String CLIENT = TestNetwork.client(1);
    private static final int PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int METRICS = 36525;
    private static final int READ_MS = 20_000;

    /** Those that are recognised by their first record. */
    private static final List<Generation> GENERATIONS =
            List.of(Generation.V0_6, Generation.OPENING_3, Generation.OPENING_4, Generation.OPENING_5, Generation.V1);

    private RawSocket target;
    private final List<TunnelClient> tunnels = new ArrayList<>();
    private Path configuration;

    @BeforeEach
    void layOutNetwork() throws Exception {
        program.network().run(TestNetwork::layOut);
        program.network()
                .exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
        target = program.network().call(RawSocket::new);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        configuration = Files.writeString(directory.resolve("intercept.conf"), "backend=nfqueue\n");
    }

    @AfterEach
    void leave() throws Exception {
        for (TunnelClient tunnel : tunnels) {
            tunnel.close();
        }
        target.close();
    }

    private Process started(String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--config=" + configuration, "--socket=" + socket(), "--metrics=" + METRICS));
        arguments.addAll(List.of(more));
        Process intercept = program.startForeground(arguments.toArray(String[]::new));
        program.awaitErr("listening on");
        return intercept;
    }

    private Path socket() {
        return directory.resolve("status.sock");
    }

    private Result restart() throws Exception {
        return program.run("restart", "--socket=" + socket());
    }

    private String status() throws Exception {
        return StatusSocket.ask(socket());
    }

    private TunnelClient connect(Generation generation) throws Exception {
        TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
        TunnelClient tunnel = program.network()
                .call(() -> TunnelClient.connect(
                        new InetSocketAddress(InetAddress.getByName(TestNetwork.TARGET), 36524), format));
        tunnels.add(tunnel);
        return tunnel;
    }

    private void answer(int clientPort, int sequence) throws Exception {
        target.send(
                new PacketBuilder().to(CLIENT, clientPort).sequence(sequence).build());
    }

    /** Sends the answer until its header comes: the record of its route may be under way still. */
    private void assertServed(TunnelClient tunnel, int clientPort, int sequence) throws Exception {
        Await.until("an answer to port " + clientPort, () -> {
            answer(clientPort, sequence);
            boolean isThere = false;
            for (Optional<ByteBuffer> header = tunnel.read(50); header.isPresent(); header = tunnel.read(0)) {
                isThere |= header.get().getInt(SEQUENCE_OFFSET) == sequence;
            }
            return isThere;
        });
    }

    private static byte[] record(Generation generation, int clientPort) {
        ByteBuffer out = ByteBuffer.allocate(generation.recordBytes());
        generation.encodeAdd(
                out, PacketBuilder.address(CLIENT), clientPort, PacketBuilder.address(TestNetwork.TARGET), PORT);
        return out.array();
    }

    private static long number(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": ?(\\d+)").matcher(json);
        assertTrue(matcher.find(), name + " in " + json);
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void shouldKeepTunnelsOfEveryGenerationInTheMiddleOfARecord() throws Exception {
        Process intercept = started();
        int port = 10_000;
        for (Generation generation : GENERATIONS) {
            TunnelClient tunnel = connect(generation);
            tunnel.send(record(generation, port));
            assertServed(tunnel, port++, 1);
        }
        for (int i = 0; i < GENERATIONS.size(); i++) {
            tunnels.get(i).send(Arrays.copyOf(record(GENERATIONS.get(i), 20_000 + i), 5));
        }
        String before = status();
        Result result = restart();
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(
                result.out()
                        .matches("restarted as .*: 5 tunnels and 5 sessions go on; nothing was captured for \\d+ ms\n"),
                result.out());
        for (int i = 0; i < GENERATIONS.size(); i++) {
            byte[] whole = record(GENERATIONS.get(i), 20_000 + i);
            tunnels.get(i).send(Arrays.copyOfRange(whole, 5, whole.length));
            assertServed(tunnels.get(i), 10_000 + i, 2);
            assertServed(tunnels.get(i), 20_000 + i, 3);
        }
        String after = status();
        assertEquals(number(before, "pid"), number(after, "pid"));
        assertEquals(intercept.pid(), number(after, "pid"));
        assertTrue(number(after, "forwarded") > number(before, "forwarded"), "counts go on");
        assertEquals(number(after, "forwarded") + number(after, "unparked"), number(after, "messages_written"), after);
        try (Socket metrics = program.network().call(() -> new Socket(InetAddress.getLoopbackAddress(), METRICS))) {
            assertTrue(metrics.isConnected());
        }
    }

    /** A thousand answers a second and more for each of two tcpcopies: the queue keeps what comes while no program runs. */
    @Test
    void shouldLoseNoAnswerOfTheQueue() throws Exception {
        started("--queue-maxlen=65536");
        List<Generation> clients = List.of(Generation.V1, Generation.OPENING_5);
        for (int i = 0; i < clients.size(); i++) {
            connect(clients.get(i)).send(record(clients.get(i), 10_000 + i));
            assertServed(tunnels.get(i), 10_000 + i, 0);
        }
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Integer> sent = CompletableFuture.supplyAsync(() -> answerAll(clients.size(), isOver));
        Result result = restart();
        isOver.set(true);
        assertEquals(0, result.exitCode(), result.err());
        for (TunnelClient tunnel : tunnels) {
            for (int sequence = 1; sequence <= sent.get(); ) {
                int next = tunnel.read(READ_MS).orElseThrow().getInt(SEQUENCE_OFFSET);
                assertTrue(next == sequence || next == 0 && sequence == 1, next + " after " + (sequence - 1));
                sequence += next == 0 ? 0 : 1;
            }
        }
        assertEquals(0, number(status(), "kernelLost"));
        assertTrue(sent.get() > 100, "answers while it restarted: " + sent.get());
    }

    /** In turn for each client, some pause after each round, until the end. */
    private int answerAll(int clients, AtomicBoolean isOver) {
        int sequence = 0;
        try {
            while (!isOver.get()) {
                sequence++;
                for (int i = 0; i < clients; i++) {
                    answer(10_000 + i, sequence);
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
            }
            return sequence;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldSendWhatWaitedForAClientThatDidNotRead() throws Exception {
        program.network()
                .exec("sysctl", "-q", "-w", "net.ipv4.tcp_wmem=4096 4096 4096", "net.ipv4.tcp_rmem=4096 4096 4096");
        started();
        TunnelClient tunnel = connect(Generation.V1);
        tunnel.send(record(Generation.V1, 10_000));
        assertServed(tunnel, 10_000, 0);
        int sent = 0;
        while (number(status(), "waiting") < 1000) {
            for (int i = 0; i < 100; i++) {
                answer(10_000, ++sent);
            }
        }
        assertEquals(0, restart().exitCode());
        long expected = number(status(), "forwarded");
        long seen = 0;
        int last = 0;
        answer(10_000, ++sent);
        while (last != sent) {
            ByteBuffer message = tunnel.read(READ_MS).orElseThrow();
            assertTrue(message.getInt(SEQUENCE_OFFSET) >= last, "in order");
            last = message.getInt(SEQUENCE_OFFSET);
            seen++;
        }
        assertTrue(seen <= expected + 1, seen + " of " + expected);
        String after = status();
        assertEquals(number(after, "forwarded"), number(after, "messages_written"), after);
    }

    @Test
    void shouldChangeNothingWhereTheOptionsAreWrong() throws Exception {
        Process intercept = started();
        TunnelClient tunnel = connect(Generation.OPENING_5);
        tunnel.send(record(Generation.OPENING_5, 10_000));
        assertServed(tunnel, 10_000, 1);
        for (String wrong : List.of("backend=nfqueue\nroute-timeout=never\n", "backend=nfqueu\n", "queue=70000\n")) {
            Files.writeString(configuration, wrong);
            Result result = restart();
            assertEquals(64, result.exitCode(), wrong + result.out());
            assertTrue(result.err().contains("restart: nothing was changed: "), result.err());
            assertServed(tunnel, 10_000, 2);
        }
        assertTrue(intercept.isAlive());
        Files.writeString(configuration, "backend=nfqueue\nlog-level=debug\n");
        assertEquals(0, restart().exitCode());
        assertServed(tunnel, 10_000, 3);
    }

    @Test
    void shouldKeepItsCapabilitiesAsAnotherUser() throws Exception {
        String variable = "RUNTIME_DIRECTORY=" + Files.createDirectory(directory.resolve("run"));
        Process intercept = program.startCommand(
                List.of("sh", "-c", variable + " exec \"$INTERCEPT\" --config=" + configuration + " --user=nobody"));
        program.awaitErr("listening on");
        TunnelClient tunnel = connect(Generation.V1);
        tunnel.send(record(Generation.V1, 10_000));
        assertServed(tunnel, 10_000, 1);
        for (int time = 0; time < 2; time++) {
            Result result = program.runCommand(List.of("sh", "-c", variable + " exec \"$INTERCEPT\" restart"));
            assertEquals(0, result.exitCode(), result.err());
            assertServed(tunnel, 10_000, 2 + time);
        }
        String process = Files.readString(Path.of("/proc", Long.toString(intercept.pid()), "status"));
        assertTrue(process.contains("\nNoNewPrivs:\t1\n"), process);
        assertFalse(process.contains("\nUid:\t0"), process);
    }
}
