package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchThresholdTest {

    private static final long GATHER_NS = 250_000;
    private static final long WINDOW_NS = BatchThreshold.WINDOW_NS;

    private final BatchThreshold threshold = new BatchThreshold(GATHER_NS, 0);
    private long nowNs;

    /** One window of traffic at this rate; whether the threshold changed. */
    private boolean window(int packetsPerSecond) {
        nowNs += WINDOW_NS;
        return threshold.count((int) (packetsPerSecond * WINDOW_NS / 1_000_000_000), nowNs);
    }

    private int after(int packetsPerSecond) {
        window(packetsPerSecond);
        return threshold.packets();
    }

    @Test
    void shouldBeginWithEachPacketAtOnce() {
        assertEquals(1, threshold.packets());
    }

    @Test
    void shouldGatherAsManyPacketsAsComeWithinTheTime() {
        assertEquals(1, after(4_000));
        assertEquals(2, after(8_000));
        assertEquals(12, after(50_000));
        assertEquals(25, after(100_000));
        assertEquals(64, after(1_000_000));
    }

    @Test
    void shouldHandEachPacketUpAtOnceWhenTrafficIsLightAgain() {
        after(1_000_000);
        assertEquals(1, after(1_000));
    }

    @Test
    void shouldSayWhenItChanges() {
        assertTrue(window(50_000));
        assertFalse(window(50_000));
        assertTrue(window(0));
        assertFalse(window(0));
    }

    @Test
    void shouldNotFollowARateThatWavers() {
        assertEquals(25, after(100_000));
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            assertFalse(window(60_000 + random.nextInt(130_000)), () -> "changed to " + threshold.packets());
        }
    }

    @Test
    void shouldMeasureNoRateOverLessThanAWindow() {
        assertFalse(threshold.count(1_000_000, WINDOW_NS - 1));
        assertEquals(1, threshold.packets());
        assertTrue(threshold.count(0, WINDOW_NS));
        assertEquals(64, threshold.packets());
    }

    @Test
    void shouldNotTakeABurstAfterALongPauseForHeavyTraffic() {
        nowNs = 10 * WINDOW_NS;
        assertFalse(threshold.count(60, nowNs));
    }

    @Test
    void shouldGatherNothingWhenTheUserSaysSo() {
        BatchThreshold none = new BatchThreshold(0, 0);
        assertFalse(none.count(1_000_000, WINDOW_NS));
        assertEquals(1, none.packets());
    }

    @Test
    void shouldStayWithinItsBoundsWhateverComes() {
        Random random = new Random(2);
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            nowNs += random.nextLong(100 * WINDOW_NS);
            threshold.count(random.nextInt(Integer.MAX_VALUE), nowNs);
            seen.add(threshold.packets());
        }
        assertTrue(seen.stream().allMatch(packets -> packets >= 1 && packets <= BatchThreshold.MAX_PACKETS));
    }
}
