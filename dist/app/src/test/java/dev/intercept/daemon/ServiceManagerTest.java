package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {

    private static final long PID = 77;
    private static final long PATIENCE_S = 300;

    @TempDir
    Path directory;

    private String path() {
        return directory.resolve("notify").toString();
    }

    @Test
    void shouldReportToTheServiceManagerOverASocketInTheFileSystem() throws IOException {
        shouldReport(path());
    }

    @Test
    void shouldReportToTheServiceManagerOverAnAbstractSocket() throws IOException {
        shouldReport("@intercept-test-" + ProcessHandle.current().pid());
    }

    private static void shouldReport(String address) throws IOException {
        try (NotifyReceiver receiver = new NotifyReceiver(address, PATIENCE_S);
                ServiceManager manager =
                        ServiceManager.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "30000000"), PID)) {
            assertTrue(manager.isThere());
            manager.ready("one\nline");
            manager.alive();
            manager.status("two tunnels");
            manager.stopping();
            assertEquals("READY=1\nSTATUS=one line", receiver.next());
            assertEquals("WATCHDOG=1", receiver.next());
            assertEquals("STATUS=two tunnels", receiver.next());
            assertEquals("STOPPING=1", receiver.next());
        }
    }

    @Test
    void shouldTakeTheWatchdogsTimeForThisProcessOnly() throws IOException {
        try (NotifyReceiver receiver = new NotifyReceiver(path(), PATIENCE_S)) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", path(), "WATCHDOG_USEC", "2000000", "WATCHDOG_PID", Long.toString(PID));
            try (ServiceManager manager = ServiceManager.of(environment, PID)) {
                assertEquals(OptionalLong.of(2_000_000_000L), manager.watchdogNs());
            }
            try (ServiceManager manager = ServiceManager.of(environment, PID + 1)) {
                assertEquals(OptionalLong.empty(), manager.watchdogNs());
                manager.alive();
                manager.stopping();
                assertEquals("STOPPING=1", receiver.next(), "and nothing for the watchdog");
            }
        }
    }

    /** More than the kernel takes in one message; each of the copies reads on in its file where the original was. */
    @Test
    void shouldLeaveDescriptorsWithTheServiceManagerUntilItIsToDiscardThem() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "0123456789");
        int copies = DescriptorMessage.MAX_DESCRIPTORS + 5;
        try (NotifyReceiver receiver = new NotifyReceiver(path(), PATIENCE_S);
                ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", path()), PID);
                FileInputStream original = new FileInputStream(file.toFile())) {
            original.skipNBytes(5);
            manager.store("name", Collections.nCopies(copies, descriptorOf(file)));
            assertEquals("FDSTORE=1\nFDNAME=name\nFDPOLL=0", receiver.next());
            assertEquals("FDSTORE=1\nFDNAME=name\nFDPOLL=0", receiver.next());
            assertEquals(copies, receiver.stored().size());
            assertEquals(copies, Set.copyOf(receiver.stored()).size());
            for (int copy : receiver.stored()) {
                assertTrue(
                        Files.readString(Path.of("/proc/self/fdinfo/" + copy)).startsWith("pos:\t5\n"));
            }
            List<Integer> stored = receiver.stored();
            CompletableFuture<Void> discarded = CompletableFuture.runAsync(() -> manager.discard("name"));
            assertEquals("FDSTOREREMOVE=1\nFDNAME=name", receiver.next());
            assertEquals("BARRIER=1", receiver.next());
            discarded.get(PATIENCE_S, TimeUnit.SECONDS);
            assertFalse(stored.stream().anyMatch(copy -> isOpen(copy, file)));
        }
    }

    private static int descriptorOf(Path file) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.map(path -> Integer.parseInt(path.getFileName().toString()))
                    .filter(descriptor -> isOpen(descriptor, file))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean isOpen(int descriptor, Path file) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .equals(file.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldSayThatThereIsNobodyToLeaveADescriptorWith() {
        try (ServiceManager manager = ServiceManager.of(Map.of(), PID)) {
            assertEquals(
                    "there is none",
                    assertThrows(IOException.class, () -> manager.store("name", List.of(0)))
                            .getMessage());
        }
    }

    @Test
    void shouldSayNothingWhereNobodyListens() {
        try (ServiceManager manager = ServiceManager.of(Map.of(), PID)) {
            assertFalse(manager.isThere());
            manager.ready("to nobody");
        }
    }

    @Test
    void shouldGoOnWithoutAServiceManagerThatCannotBeReached() {
        try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", path()), PID)) {
            assertFalse(manager.isThere());
            manager.ready("to nobody");
        }
    }

    @Test
    void shouldGoOnWhenTheServiceManagerIsGone() throws IOException {
        NotifyReceiver receiver = new NotifyReceiver(path(), PATIENCE_S);
        try (ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", path()), PID)) {
            receiver.close();
            manager.status("to nobody");
            manager.status("again");
        }
    }

    @Test
    void shouldRefuseAnAddressThatIsNone() {
        assertEquals(
                "tcp:1 is neither a path nor @ and an abstract name",
                assertThrows(IOException.class, () -> NotifySocket.socketAddress("tcp:1"))
                        .getMessage());
        String tooLong = "/" + "x".repeat(107);
        assertEquals(
                tooLong + " has 108 bytes, 107 fit",
                assertThrows(IOException.class, () -> NotifySocket.socketAddress(tooLong))
                        .getMessage());
    }
}
