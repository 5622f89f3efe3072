package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counters;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Test;

/** How much of the table each call looks at. */
class SessionSweepTest {

    private static final int NOW_S = 1000;
    private static final int CAPACITY = 4096;
    private static final int SEGMENTS = 16;

    private final SessionHash hash = new SessionHash(1, 2);
    private final OutletRegistry outlets = new OutletRegistry();
    private final SessionSegment[] segments = new SessionSegment[SEGMENTS];
    private final SessionSweep sweep = new SessionSweep(segments);

    SessionSweepTest() {
        int id = outlets.idOf(new RecordingOutlet());
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = new SessionSegment(
                    new StampedLock(),
                    CAPACITY,
                    hash,
                    new SessionLife(120, 30),
                    outlets,
                    new Counters(),
                    new DroppedSessions());
            long client = SessionKey.end(TableScene.CLIENT, i);
            segments[i].put(client, SessionKey.ANY_TARGET, hash.ofClient(client), id, NOW_S, false);
        }
    }

    /** What it looks at more often displaces the sessions of packets from the processor's caches. */
    @Test
    void shouldSeeEverySlotOnceInASecond() {
        sweepRound();
        int looks = 0;
        for (int call = 0; call < SessionSweep.CALLS_PER_ROUND; call++) {
            looks += sweep.some(SEGMENTS, NOW_S);
        }
        int slots = CAPACITY * SEGMENTS;
        assertTrue(looks >= slots && looks <= slots + SessionSweep.CALLS_PER_ROUND, looks + " looks at " + slots);
    }

    /** Its size is known after the first round. */
    private void sweepRound() {
        for (int looks = 0; looks < CAPACITY * SEGMENTS; ) {
            looks += sweep.some(SEGMENTS, NOW_S);
        }
    }

    @Test
    void shouldClearAllThatExpiredInARound() {
        sweepRound();
        for (int call = 0; call <= SessionSweep.CALLS_PER_ROUND; call++) {
            sweep.some(SEGMENTS, NOW_S + 31);
        }
        assertEquals(0, outlets.sessions());
    }
}
