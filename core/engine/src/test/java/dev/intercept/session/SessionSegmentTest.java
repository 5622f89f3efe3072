package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Test;

class SessionSegmentTest {

    private static final int NOW_S = 1000;
    private static final int UNANSWERED_S = 30;
    private static final long CLIENT = SessionKey.end(0xc000_0201, 10000);
    private static final long TARGET = SessionKey.end(0xc633_6401, 8080);

    private final SessionHash hash = new SessionHash(1, 2);
    private final long clientHash = hash.ofClient(CLIENT);
    private final OutletRegistry outlets = new OutletRegistry();
    private final Counters counters = new Counters();
    private final RecordingOutlet tunnel = new RecordingOutlet();

    private SessionSegment segment(StampedLock lock) {
        return new SessionSegment(
                lock, 16, hash, new SessionLife(120, UNANSWERED_S), outlets, counters, new DroppedSessions());
    }

    private int put(SessionSegment segment) {
        segment.put(CLIENT, TARGET, clientHash, outlets.idOf(tunnel), NOW_S, false);
        return segment.slots().find(CLIENT, TARGET, hash.ofSession(clientHash, TARGET));
    }

    @Test
    void shouldHaveThreeQuartersOfItsSlotsForSessions() {
        assertEquals(4, SessionSegment.capacityFor(0));
        assertEquals(4, SessionSegment.capacityFor(3 * SessionSegment.SEGMENTS));
        assertEquals(16, SessionSegment.capacityFor(12 * SessionSegment.SEGMENTS));
        assertEquals(32, SessionSegment.capacityFor(13 * SessionSegment.SEGMENTS));
        assertEquals(4_194_304, SessionSegment.capacityFor(700_000_000));
    }

    @Test
    void shouldBeChosenByTheHighestBits() {
        assertEquals(0, SessionSegment.indexOf(0xff_ffff_ffff_ffffL));
        assertEquals(1, SessionSegment.indexOf(1L << 56));
        assertEquals(255, SessionSegment.indexOf(-1));
    }

    /** A segment in which every look is disturbed. */
    @Test
    void shouldLookWithTheLockOnceLooksWithoutItWereInVain() {
        StampedLock lock = new StampedLock() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean validate(long stamp) {
                return false;
            }
        };
        SessionSegment segment = segment(lock);
        put(segment);

        assertSame(tunnel, segment.find(CLIENT, TARGET, clientHash, NOW_S, SessionState.RESPONSE_SEEN, false));
        assertFalse(lock.isReadLocked());
    }

    @Test
    void shouldNotEvictASessionThatWasTouchedSinceItWasChosen() {
        SessionSegment segment = segment(new StampedLock());
        int slot = put(segment);
        segment.find(CLIENT, TARGET, clientHash, NOW_S + 1, SessionState.RESPONSE_SEEN, false);

        assertFalse(segment.evict(slot, NOW_S, NOW_S + 1));
        assertEquals(1, segment.used());
        assertTrue(segment.evict(slot, NOW_S + 1, NOW_S + 1));
        assertEquals(0, segment.used());
        assertEquals(1, counters.get(Counter.EVICTED));
    }

    /** A capture thread touches the session between the look at its state and the lock. */
    @Test
    void shouldNotDropASessionThatIsTouchedAtTheLastMoment() {
        SessionSegment[] segment = new SessionSegment[1];
        int expiredS = NOW_S + UNANSWERED_S;
        segment[0] = segment(new StampedLock() {
            private static final long serialVersionUID = 1;

            @Override
            public long writeLock() {
                segment[0].find(CLIENT, TARGET, clientHash, expiredS - 1, SessionState.RESPONSE_SEEN, false);
                return super.writeLock();
            }
        });
        int slot = put(segment[0]);

        assertFalse(segment[0].dropIfOver(slot, expiredS));
        assertEquals(1, segment[0].used());
    }

    @Test
    void shouldCountNoRouteToAnyTargetWhereASessionMovesToAnotherTunnel() {
        SessionSegment segment = segment(new StampedLock());
        put(segment);
        segment.put(CLIENT, TARGET, clientHash, outlets.idOf(new RecordingOutlet()), NOW_S, false);
        outlets.close(tunnel);

        assertEquals(0, outlets.wildcards());
        assertEquals(1, outlets.sessions());
    }
}
