package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoalescingTest {

    private static final long PAUSE_NS = 150_000;

    private long nowNs = 1_000_000_000;
    private long sleptNs;
    private int sharpenings;
    private int idlePercent;
    private final Coalescing coalescing =
            new Coalescing(PAUSE_NS, nowNs -> idlePercent, () -> nowNs, ns -> sleptNs += ns, () -> sharpenings++);

    @BeforeEach
    void receiveAFirstBatch() {
        coalescing.batch(1, false);
    }

    /** A batch of so many packets, so long after the one before; what the next poll sleeps. */
    private long pauseAfter(int packets, boolean full, long gapNs) {
        nowNs += gapNs;
        coalescing.batch(packets, full);
        sleptNs = 0;
        coalescing.pause();
        return sleptNs;
    }

    @Test
    void shouldNotHoldUpAFirstPacket() {
        coalescing.pause();
        assertEquals(0, sleptNs);
    }

    @Test
    void shouldPauseWhenThePaceBringsTwoPacketsInTheMeantime() {
        assertEquals(PAUSE_NS, pauseAfter(1, false, PAUSE_NS / 2));
        assertEquals(0, pauseAfter(1, false, PAUSE_NS / 2 + 1));
        assertEquals(PAUSE_NS, pauseAfter(10, false, 5 * PAUSE_NS));
    }

    @Test
    void shouldPauseNoLongerThanFourteenPacketsTakeToCome() {
        assertEquals(PAUSE_NS, pauseAfter(14, false, PAUSE_NS));
        assertEquals(PAUSE_NS / 2, pauseAfter(28, false, PAUSE_NS));
        assertEquals(14_000, pauseAfter(63, false, 63_000));
    }

    @Test
    void shouldPauseHalfAsLongOnAMachineWithTimeToSpare() {
        idlePercent = 50;
        assertEquals(PAUSE_NS / 2, pauseAfter(10, false, 5 * PAUSE_NS / 2));
        assertEquals(PAUSE_NS / 4, pauseAfter(28, false, PAUSE_NS));
        assertEquals(0, pauseAfter(1, false, PAUSE_NS / 2), "one packet in half a pause is not worth it");
        idlePercent = 100;
        assertEquals(PAUSE_NS / 2, pauseAfter(10, false, PAUSE_NS));
    }

    @Test
    void shouldPauseTheLongerTheBusierTheMachineIs() {
        idlePercent = 0;
        assertEquals(PAUSE_NS, pauseAfter(10, false, PAUSE_NS));
        idlePercent = 25;
        assertEquals(PAUSE_NS, pauseAfter(10, false, PAUSE_NS));
        idlePercent = 40;
        assertEquals(PAUSE_NS * 70 / 100, pauseAfter(10, false, PAUSE_NS));
    }

    @Test
    void shouldNotPauseWhenMoreWaitsAlready() {
        assertEquals(0, pauseAfter(64, true, 1_000));
    }

    @Test
    void shouldPauseOnceOnly() {
        pauseAfter(10, false, PAUSE_NS);
        coalescing.pause();
        assertEquals(PAUSE_NS, sleptNs);
        pauseAfter(10, false, PAUSE_NS);
        assertEquals(1, sharpenings);
    }

    @Test
    void shouldNeverPauseWhenAskedNotTo() {
        Coalescing off = new Coalescing(0, nowNs -> idlePercent, () -> nowNs, ns -> sleptNs += ns, () -> sharpenings++);
        off.batch(10, false);
        off.batch(10, false);
        off.pause();
        assertEquals(0, sleptNs);
    }
}
