package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PollGateTest {

    private final PollGate gate = newGate();
    private final AtomicInteger freed = new AtomicInteger();

    private static PollGate newGate() {
        try {
            return new PollGate();
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldFreeOnce() {
        assertFalse(gate.isClosed());
        assertTrue(gate.close(freed::incrementAndGet));
        assertFalse(gate.close(freed::incrementAndGet));
        assertTrue(gate.isClosed());
        assertEquals(1, freed.get());
    }

    @Test
    void shouldEndTheWaitOfAPollAndFreeOnlyWhenItHasLeft() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CompletableFuture<Integer> freedWhenLeaving = CompletableFuture.supplyAsync(() -> {
            gate.enter();
            try {
                entered.countDown();
                gate.wakeup().await(60_000);
                return freed.get();
            } finally {
                gate.leave();
            }
        });
        entered.await();
        gate.close(freed::incrementAndGet);
        assertEquals(0, freedWhenLeaving.get(10, TimeUnit.SECONDS));
        assertEquals(1, freed.get());
    }

    @Test
    void shouldLetThePollItselfClose() {
        gate.enter();
        gate.close(freed::incrementAndGet);
        assertEquals(1, freed.get());
        gate.leave();
        gate.enter();
        assertTrue(gate.isClosed());
        gate.leave();
    }

    @Test
    void shouldNotWaitLongerThanToldToWhenNothingHappens() {
        long startNs = System.nanoTime();
        gate.wakeup().await(30);
        long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        assertTrue(waitedMs >= 29 && waitedMs < 10_000, "waited " + waitedMs + " ms");
        gate.close(freed::incrementAndGet);
    }
}
