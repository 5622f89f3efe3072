package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.daemon.Account;
import dev.intercept.kit.DescriptorLimit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {

    @TempDir
    Path directory;

    @Test
    void shouldReportInOneLineAndWithDetails() throws Exception {
        try (RunningIntercept running = new RunningIntercept()) {
            running.addRule();
            running.addRoutes(1);
            running.respond(5);
            running.awaitForwarded(5);
            running.awaitVerdicts();
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
            List<String> stopped =
                    details.stream().filter(line -> line.startsWith("stopped ")).toList();
            assertEquals(5, stopped.size(), text.details());
            assertTrue(
                    stopped.get(4)
                            .matches("stopped 198\\.51\\.100\\.1:8080 > 192\\.0\\.2\\.1:40000, flags \\[\\.\\],"
                                    + " \\d+ bytes of data: forwarded, \\d+ s ago"),
                    stopped.get(4));
            assertTrue(
                    details.get(3).startsWith("target port 8080: 5 answers, 0 bytes of data; 0 sessions, "),
                    details.get(3));
        }
    }

    @Test
    void shouldReportWhatIsWrongAndHowToMendIt() throws Exception {
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
    void shouldWriteWhereItListensAsUsersWriteAddresses() throws Exception {
        assertEquals("[::]:36524", StatusReport.text(new InetSocketAddress("::", 36524)));
        assertEquals("[2001:db8::1]:1", StatusReport.text(new InetSocketAddress("2001:db8:0:0:0:0:0:1", 1)));
        assertEquals("0.0.0.0:36524", StatusReport.text(new InetSocketAddress("0.0.0.0", 36524)));
    }

    @Test
    void shouldRestWhileThereIsNoDescriptorToAcceptWith() throws Exception {
        Logger logger = Logger.getLogger(StatusSocket.class.getName());
        BlockingQueue<Long> failuresNs = new LinkedBlockingQueue<>();
        Handler times = new Handler() {
            @Override
            public void publish(LogRecord line) {
                failuresNs.add(System.nanoTime());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.setLevel(Level.FINE);
        logger.addHandler(times);
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = served(path, "report")) {
            assertEquals("report", StatusSocket.ask(path));
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                long tookNs = DescriptorLimit.withNone(() -> {
                    client.connect(UnixDomainSocketAddress.of(path));
                    long firstNs = failuresNs.take();
                    long lastNs = firstNs;
                    for (int i = 0; i < 5; i++) {
                        lastNs = failuresNs.take();
                    }
                    return lastNs - firstNs;
                });
                assertTrue(tookNs >= TimeUnit.MILLISECONDS.toNanos(400), tookNs + " ns for five attempts");
            }
            assertEquals("report", StatusSocket.ask(path), socket + " goes on");
        } finally {
            logger.removeHandler(times);
            logger.setLevel(null);
        }
    }

    private static StatusSocket served(Path path, String report) throws IOException {
        StatusSocket socket = StatusSocket.open(path, Optional.empty());
        socket.serve(() -> report);
        return socket;
    }

    @Test
    void shouldServeTheOwnerAloneOnASocketThatIsGoneAfterwards() throws Exception {
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = served(path, "{\"a\":1}")) {
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
    void shouldAnswerAClientThatNeitherSendsNorEndsItsSide() throws Exception {
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = served(path, "report");
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer answer = ByteBuffer.allocate(64);
            while (client.read(answer) >= 0) {
                assertTrue(answer.hasRemaining(), socket + " sends the report alone");
            }
            assertEquals("report\n", new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldReportALargeReportWhole() throws Exception {
        String large = "x".repeat(1 << 20);
        Path path = directory.resolve("status.sock");
        try (StatusSocket socket = served(path, large)) {
            assertTrue(socket.toString() != null);
            assertEquals(large, StatusSocket.ask(path));
        }
    }

    @Test
    void shouldNameTheSocketThatCannotBeMade() {
        Path path = directory.resolve("no/such/directory/s");
        IOException refused = assertThrows(IOException.class, () -> served(path, ""));
        assertTrue(refused.getMessage().startsWith(path + ": No such file or directory"), refused.getMessage());
    }

    @Test
    void shouldReplaceNothingButASocket() throws Exception {
        Path precious = Files.writeString(directory.resolve("precious"), "data");
        Path link = Files.createSymbolicLink(directory.resolve("link"), precious);
        for (Path path : List.of(precious, link)) {
            IOException refused = assertThrows(IOException.class, () -> served(path, ""));
            assertEquals(path + ": it is there and is no socket", refused.getMessage());
        }
        assertEquals("data", Files.readString(precious));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void shouldForgetSocketsOfProcessesThatAreGone() throws Exception {
        RuntimeDirectory runtime = new RuntimeDirectory(directory.resolve("run"));
        runtime.prepare(Optional.empty());
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("run"))));
        long self = ProcessHandle.current().pid();
        Files.createFile(runtime.socketOf(self));
        Files.createFile(runtime.socketOf(999_999_999));
        assertEquals(List.of(runtime.socketOf(self)), runtime.living());
        runtime.prepare(Optional.empty());
        assertFalse(Files.exists(runtime.socketOf(999_999_999)));
        assertTrue(Files.exists(runtime.socketOf(self)));
    }

    @Test
    void shouldLeaveTheSocketOfAnInterceptThatCameLater() throws Exception {
        Path path = directory.resolve("status.sock");
        StatusSocket first = served(path, "first");
        try (StatusSocket later = served(path, "later")) {
            first.close();
            assertEquals("later", StatusSocket.ask(path));
            assertTrue(later.toString() != null);
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldNotPutASocketWhereSomebodyElseMayExchangeIt() throws Exception {
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.setAttribute(run, "unix:uid", 65534);
        RuntimeDirectory runtime = new RuntimeDirectory(run);
        IOException refused = assertThrows(IOException.class, () -> runtime.prepare(Optional.empty()));
        assertEquals(
                "status socket in " + run + ": the directory belongs to user 65534, who could exchange the socket;"
                        + " when no intercept of that user runs, remove it: rm -r " + run,
                refused.getMessage());
    }

    @Test
    void shouldPutTheSocketOfAnotherUserInADirectoryOfThatUsersOwn() throws Exception {
        Account nobody = Account.named("nobody");
        RuntimeDirectory runtime = new RuntimeDirectory(directory.resolve("run"));
        RuntimeDirectory own = runtime.prepare(Optional.of(nobody));
        Path socket = own.socketOf(ProcessHandle.current().pid());
        assertEquals(directory.resolve("run/nobody"), socket.getParent());
        assertEquals("nobody", Files.getOwner(socket.getParent()).getName());
        try (StatusSocket opened = StatusSocket.open(socket, Optional.of(nobody))) {
            assertEquals("nobody", Files.getOwner(socket).getName());
            assertEquals(List.of(socket), runtime.living());
            assertTrue(opened.toString() != null);
        }
        assertEquals(
                socket.getParent(),
                runtime.prepare(Optional.of(nobody)).socketOf(1).getParent());
    }
}
