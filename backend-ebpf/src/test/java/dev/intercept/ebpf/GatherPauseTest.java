package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GatherPauseTest {

    private static final long MS = 1_000_000;
    private static final long LONGEST_NS = 500_000;

    private final GatherPause pause = new GatherPause(LONGEST_NS, 0);

    private long after(int packets, long nowNs) {
        pause.add(packets);
        return pause.afterEmptying(nowNs);
    }

    @Test
    void shouldNotHoldUpLightTraffic() {
        assertEquals(0, after(1, 1 * MS));
        assertEquals(0, after(3, 2 * MS), "3 in a millisecond: not two in a pause");
    }

    @Test
    void shouldPauseWhileSeveralCome() {
        assertEquals(LONGEST_NS, after(4, 1 * MS));
        assertEquals(LONGEST_NS, after(64, 2 * MS));
    }

    @Test
    void shouldPauseNoLongerThanEnoughNeed() {
        assertEquals(320_000, after(100, 1 * MS), "32 at 100 in a millisecond");
        assertEquals(32_000, after(1000, 2 * MS));
    }

    @Test
    void shouldCountAllThatCameSinceTheRingWasEmpty() {
        pause.add(64);
        pause.add(64);
        assertEquals(250_000, after(0, 1 * MS));
    }

    @Test
    void shouldNotPauseAfterNothing() {
        assertEquals(LONGEST_NS, after(5, 1 * MS));
        assertEquals(0, after(0, 2 * MS));
    }

    @Test
    void shouldNeverPauseWhenAsked() {
        GatherPause none = new GatherPause(0, 0);
        none.add(1000);
        assertEquals(0, none.afterEmptying(1 * MS));
    }
}
