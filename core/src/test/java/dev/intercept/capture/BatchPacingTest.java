package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchPacingTest {

    private final BatchPacing pacing = new BatchPacing();

    @Test
    void shouldNotMakeALonePacketWait() {
        assertEquals(0, pacing.pauseNs(1, 0));
        assertEquals(0, pacing.pauseNs(1, TimeUnit.MILLISECONDS.toNanos(10)));
        assertEquals(0, pacing.pauseNs(0, TimeUnit.MILLISECONDS.toNanos(11)));
    }

    @Test
    void shouldNotWaitAtAPaceAtWhichNothingWouldGather() {
        pacing.pauseNs(1, 0);
        for (int i = 1; i < 100; i++) {
            assertEquals(0, pacing.pauseNs(1, TimeUnit.MICROSECONDS.toNanos(200L * i)));
        }
    }

    @Test
    void shouldLetPacketsGatherAtAPaceOfTenThousandASecond() {
        pacing.pauseNs(1, 0);
        assertEquals(BatchPacing.PAUSE_NS, pacing.pauseNs(1, TimeUnit.MICROSECONDS.toNanos(100)));
        assertEquals(BatchPacing.PAUSE_NS, pacing.pauseNs(2, TimeUnit.MICROSECONDS.toNanos(300)));
        assertEquals(0, pacing.pauseNs(1, TimeUnit.MICROSECONDS.toNanos(900)), "the stream has ended");
    }

    @Test
    void shouldNotWaitWhenBatchesAreFullEnoughByThemselves() {
        pacing.pauseNs(64, 0);
        assertEquals(0, pacing.pauseNs(BatchPacing.ENOUGH_PACKETS, TimeUnit.MICROSECONDS.toNanos(100)));
        assertEquals(
                BatchPacing.PAUSE_NS,
                pacing.pauseNs(BatchPacing.ENOUGH_PACKETS - 1, TimeUnit.MICROSECONDS.toNanos(200)));
    }
}
