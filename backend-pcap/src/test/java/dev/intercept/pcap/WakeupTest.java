package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WakeupTest {

    @Test
    void shouldEndAWaitByASignal() throws Exception {
        try (Wakeup wakeup = new Wakeup(new SystemDeviceCalls())) {
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> await(wakeup));
            wakeup.signal();
            waiting.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldNotEndAWaitBeforeItsTimeWhenNothingHappens() throws Exception {
        try (Wakeup wakeup = new Wakeup(new SystemDeviceCalls())) {
            long startNs = System.nanoTime();
            wakeup.await(30);
            long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            assertTrue(waitedMs >= 29, "waited " + waitedMs + " ms");
        }
    }

    private static void await(Wakeup wakeup) {
        try {
            wakeup.await(60_000);
        } catch (BackendException e) {
            throw new CompletionException(e);
        }
    }
}
