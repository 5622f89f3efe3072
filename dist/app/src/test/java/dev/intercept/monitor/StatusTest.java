package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {

    @TempDir
    Path directory;

    @Test
    void shouldTellInOneLineAndWithDetails() throws Exception {
        try (RunningIntercept running = new RunningIntercept()) {
            running.addRule();
            running.addRoutes(1);
            running.respond(5);
            running.awaitForwarded(5);
            StatusText text = new StatusText(new StatusReport(running.intercept, running.diagnosis, "1.0").json());
            assertTrue(text.isHealthy());
            assertTrue(
                    text.line()
                            .matches(
                                    "intercept 1\\.0 \\(process \\d+, up \\d+ s, nfqueue\\) total resp packs:5, .*; no findings"),
                    text.line());
            List<String> details = text.details().lines().toList();
            assertTrue(
                    details.get(1).startsWith("lane nfqueue:0: received 5, waiting 0, queue_dropped 0"),
                    details.get(1));
            assertTrue(
                    details.get(2)
                            .matches(
                                    "tunnel 1 from 198\\.51\\.100\\.1:\\d+: .*; forwarded 5, written \\d, waiting \\d, dropped 0"),
                    details.get(2));
            assertTrue(
                    details.get(3).startsWith("target port 8080: 5 answers, 0 bytes of data; 0 sessions, "),
                    details.get(3));
        }
    }

    @Test
    void shouldTellWhatIsWrongAndHowToMendIt() throws Exception {
        try (RunningIntercept running = new RunningIntercept()) {
            running.addRoutes(1);
            running.awaitFindings(1);
            StatusText text = new StatusText(new StatusReport(running.intercept, running.diagnosis, "1.0").json());
            assertFalse(text.isHealthy());
            assertTrue(text.line().contains("; findings: "), text.line());
            assertTrue(text.line().contains("rule-missing"), text.line());
            assertTrue(
                    text.details().contains("do: iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0\n"),
                    text.details());
        }
    }

    @Test
    void shouldServeTheOwnerAloneOnASocketThatIsGoneAfterwards() throws Exception {
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = StatusSocket.open(path, () -> "{\"a\":1}")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            assertEquals("{\"a\":1}", StatusSocket.ask(path));
            assertEquals("{\"a\":1}", StatusSocket.ask(path));
            assertTrue(socket.toString() != null);
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
        assertThrows(IOException.class, () -> StatusSocket.ask(path));
    }

    @Test
    void shouldTellALargeReportWhole() throws Exception {
        String large = "x".repeat(1 << 20);
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = StatusSocket.open(path, () -> large)) {
            assertTrue(socket.toString() != null);
            assertEquals(large, StatusSocket.ask(path));
        }
    }

    @Test
    void shouldNameTheSocketThatCannotBeMade() {
        Path path = directory.resolve("no/such/directory/s");
        IOException refused = assertThrows(IOException.class, () -> StatusSocket.open(path, () -> ""));
        assertTrue(refused.getMessage().startsWith(path + ": No such file or directory"), refused.getMessage());
    }

    @Test
    void shouldForgetSocketsOfProcessesThatAreGone() throws Exception {
        RuntimeDirectory runtime = new RuntimeDirectory(directory.resolve("run"));
        runtime.prepare();
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("run"))));
        long self = ProcessHandle.current().pid();
        Files.createFile(runtime.socketOf(self));
        Files.createFile(runtime.socketOf(999_999_999));
        assertEquals(List.of(runtime.socketOf(self)), runtime.living());
        runtime.prepare();
        assertFalse(Files.exists(runtime.socketOf(999_999_999)));
        assertTrue(Files.exists(runtime.socketOf(self)));
    }
}
