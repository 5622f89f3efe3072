package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WakeupTest {

    @Test
    void shouldEndAWaitByASignal() throws Exception {
        try (Wakeup wakeup = new Wakeup()) {
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> wakeup.await(60_000));
            wakeup.signal();
            waiting.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldNotEndAWaitBeforeItsTimeWhenNothingHappens() throws Exception {
        try (Wakeup wakeup = new Wakeup()) {
            long startNs = System.nanoTime();
            wakeup.await(30);
            long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            assertTrue(waitedMs >= 29, "waited " + waitedMs + " ms");
        }
    }
}
