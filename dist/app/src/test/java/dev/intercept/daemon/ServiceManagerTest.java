package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {

    private static final long PID = 77;
    private static final long PATIENCE_S = 60;

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
