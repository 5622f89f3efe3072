package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.TunnelClient;
import dev.intercept.tcpcopy.Generation;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code intercept restart} of the built program, with tunnels open and answers that come through the kernel's queue. */
class RestartIT extends ProgramToRestart {

    private static final int METRICS = 36525;

    /** Those that are recognised by their first record. */
    private static final List<Generation> GENERATIONS =
            List.of(Generation.V0_6, Generation.OPENING_3, Generation.OPENING_4, Generation.OPENING_5, Generation.V1);

    private Path configuration;

    @BeforeEach
    void queueAnswers() throws Exception {
        program.network()
                .exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        configuration = Files.writeString(directory.resolve("intercept.conf"), "backend=nfqueue\n");
    }

    private Process started(String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--config=" + configuration, "--socket=" + socket(), "--metrics=" + METRICS));
        arguments.addAll(List.of(more));
        Process intercept = program.startForeground(arguments.toArray(String[]::new));
        program.awaitErr("listening on");
        return intercept;
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
        serveClients();
        assertLosesNoAnswer();
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
