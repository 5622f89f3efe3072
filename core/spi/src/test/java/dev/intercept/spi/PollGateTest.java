package dev.intercept.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PollGateTest {

    private static final int ROUNDS = 300;

    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicInteger frees = new AtomicInteger();
    private final PollGate gate = new PollGate(wakes::incrementAndGet, frees::incrementAndGet);

    @Test
    void shouldFreeAtOnceWhenNobodyPolls() {
        gate.close();
        assertEquals(1, frees.get());
        assertEquals(0, wakes.get());
        assertFalse(gate.enter());
    }

    @Test
    void shouldFreeOnceHoweverOftenItIsClosed() {
        gate.close();
        gate.close();
        assertEquals(1, frees.get());
    }

    @Test
    void shouldLeaveTheFreeingToThePollThatRuns() throws Exception {
        assertTrue(gate.enter());
        Thread closer = new Thread(gate::close);
        closer.start();
        while (!gate.isClosed()) {
            Thread.onSpinWait();
        }
        assertEquals(0, frees.get());
        gate.leave();
        closer.join();
        assertEquals(1, frees.get());
        assertEquals(1, wakes.get());
    }

    @Test
    void shouldNotWaitForItselfWhenAHandlerCloses() {
        assertTrue(gate.enter());
        gate.close();
        assertEquals(0, frees.get());
        gate.leave();
        assertEquals(1, frees.get());
    }

    @Test
    void shouldRefuseTwoPollsAtOnceAndNameTheThread() {
        assertTrue(gate.enter());
        IllegalStateException e = assertThrows(IllegalStateException.class, gate::enter);
        assertEquals(
                "poll is already running on thread " + Thread.currentThread() + "; one thread polls a backend",
                e.getMessage());
        gate.leave();
        assertTrue(gate.enter());
    }

    @Test
    void shouldFreeOnceAndNeverWakeAfterwardsInARace() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            AtomicInteger freed = new AtomicInteger();
            AtomicInteger wokenLate = new AtomicInteger();
            PollGate raced = new PollGate(() -> wokenLate.addAndGet(freed.get()), freed::incrementAndGet);
            CountDownLatch polling = new CountDownLatch(1);
            Thread poller = new Thread(() -> {
                while (raced.enter()) {
                    polling.countDown();
                    raced.leave();
                }
            });
            poller.start();
            assertTrue(polling.await(60, TimeUnit.SECONDS));
            raced.close();
            assertEquals(1, freed.get(), "close returns when everything is freed");
            poller.join();
            assertEquals(1, freed.get());
            assertEquals(0, wokenLate.get());
        }
    }
}
