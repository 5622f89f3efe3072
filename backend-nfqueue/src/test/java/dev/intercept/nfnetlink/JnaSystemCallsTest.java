package dev.intercept.nfnetlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JnaSystemCallsTest {

    /** No upper bound: on a busy machine there is none. */
    @Test
    void shouldSleepForMicroseconds() {
        long begunNs = System.nanoTime();
        assertEquals(0, new JnaSystemCalls().sleepUs(2_000));
        long sleptNs = System.nanoTime() - begunNs;
        assertTrue(sleptNs >= 2_000_000, sleptNs + " ns");
    }
}
