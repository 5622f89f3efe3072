package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeartbeatTest {

    private static final long PATIENCE_S = 300;

    @TempDir
    Path directory;

    private ServiceManager manager(String address) {
        return ServiceManager.of(Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "1000000"), 1);
    }

    @Test
    void shouldSayThatTheStartIsDoneAndThenBeat() throws IOException {
        String address = directory.resolve("notify").toString();
        try (NotifyReceiver receiver = new NotifyReceiver(address, PATIENCE_S);
                ServiceManager manager = manager(address);
                Heartbeat heartbeat = new Heartbeat(manager, () -> "fine", limitNs -> true)) {
            heartbeat.start();
            assertEquals("READY=1\nSTATUS=fine", receiver.next());
            for (int beat = 0; beat < 3; beat++) {
                assertEquals("WATCHDOG=1", receiver.next());
                assertEquals("STATUS=fine", receiver.next());
            }
        }
    }

    @Test
    void shouldFallSilentWhenTheWorkIsStuckForHalfTheWatchdogsTime() throws IOException {
        String address = directory.resolve("notify").toString();
        List<Long> limitsNs = new ArrayList<>();
        try (NotifyReceiver receiver = new NotifyReceiver(address, PATIENCE_S);
                ServiceManager manager = manager(address);
                Heartbeat heartbeat = new Heartbeat(manager, () -> "stuck", limitNs -> {
                    limitsNs.add(limitNs);
                    return false;
                })) {
            heartbeat.beat();
            assertEquals("STATUS=stuck", receiver.next(), "and no WATCHDOG before it");
        }
        assertEquals(List.of(500_000_000L), limitsNs);
    }

    @Test
    void shouldGoOnBeatingAfterAStatusThatFailed() throws IOException {
        String address = directory.resolve("notify").toString();
        AtomicInteger asked = new AtomicInteger();
        try (NotifyReceiver receiver = new NotifyReceiver(address, PATIENCE_S);
                ServiceManager manager = manager(address);
                Heartbeat heartbeat = new Heartbeat(
                        manager,
                        () -> {
                            if (asked.incrementAndGet() == 2) {
                                throw new IllegalStateException("made by the test");
                            }
                            return "fine";
                        },
                        limitNs -> true)) {
            heartbeat.start();
            assertEquals("READY=1\nSTATUS=fine", receiver.next());
            assertEquals("WATCHDOG=1", receiver.next());
            assertEquals("WATCHDOG=1", receiver.next(), "the beat after the one without a status");
            assertEquals("STATUS=fine", receiver.next());
        }
    }
}
