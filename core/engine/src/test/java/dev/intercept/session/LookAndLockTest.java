package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Test;

/**
 * What the server thread does between two steps of a capture thread's look. Both are this one thread: the lock calls the
 * test at the step, so that nothing is left to chance.
 */
class LookAndLockTest {

    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int NOW_S = 1000;
    private static final int SLOTS = 64;

    private enum Step {
        SLOTS_CHOSEN,
        LOOK_ENDS,
        LOCK_WANTED
    }

    /** Does something once, at one step. */
    private final class SteppedLock extends StampedLock {

        private static final long serialVersionUID = 1;

        @Override
        public boolean validate(long stamp) {
            at(Step.LOOK_ENDS);
            return super.validate(stamp);
        }

        @Override
        public long writeLock() {
            at(Step.LOCK_WANTED);
            return super.writeLock();
        }
    }

    /** The first that is asked for once a look has chosen the slots that it looks at. */
    private final class SteppedHash extends SessionHash {

        SteppedHash() {
            super(1, 2);
        }

        @Override
        long ofSession(long clientHash, long target) {
            at(Step.SLOTS_CHOSEN);
            return super.ofSession(clientHash, target);
        }
    }

    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final SessionTable table = new SessionTable(
            SessionLimits.DEFAULTS, new Counters(), SessionTable.EVERY_BIT, new SteppedHash(), SteppedLock::new);
    private Step step;
    private Runnable meanwhile;

    private void at(Step reached) {
        if (reached == step) {
            step = null;
            meanwhile.run();
        }
    }

    private void meanwhile(Step when, Runnable what) {
        step = when;
        meanwhile = what;
    }

    private void add(int targetPort) {
        table.add(TableScene.CLIENT, PORT, TableScene.TARGET, targetPort, tunnel, NOW_S);
    }

    private Outlet find(int nowS) {
        return table.find(TableScene.CLIENT, PORT, TableScene.TARGET, TARGET_PORT, nowS);
    }

    private Outlet findOrPark() {
        ResponsePacket synAck = TableScene.wrap(
                TableScene.synAck().to(TestNetwork.client(1), PORT).toBuffer());
        return table.findOrPark(synAck, NOW_S, new Counters());
    }

    @Test
    void shouldNotParkAHeaderWhoseRouteCameBetweenTheLookAndTheLock() {
        meanwhile(Step.LOCK_WANTED, () -> add(TARGET_PORT));
        assertSame(tunnel, findOrPark());
        assertEquals(0, table.parked());
    }

    @Test
    void shouldParkAHeaderThatNoRouteCameFor() {
        meanwhile(Step.LOCK_WANTED, () -> add(TARGET_PORT + 1));
        assertNull(findOrPark());
        assertEquals(1, table.parked());
    }

    @Test
    void shouldLookAgainWhenItsSegmentChangedDuringTheLook() {
        meanwhile(Step.LOOK_ENDS, () -> add(TARGET_PORT));
        assertSame(tunnel, find(NOW_S));
    }

    /** The look began in slots that are no more when it ends: what it wrote there nobody reads. */
    @Test
    void shouldTouchASessionInTheSlotsThatItIsInNow() {
        add(TARGET_PORT);
        meanwhile(Step.SLOTS_CHOSEN, this::growTheSegment);
        int laterS = NOW_S + SessionLimits.DEFAULTS.unansweredTimeoutS() - 1;
        assertSame(tunnel, find(laterS));
        assertSame(tunnel, find(laterS + SessionLimits.DEFAULTS.unansweredTimeoutS()), "it was answered");
    }

    private void growTheSegment() {
        long before = table.memoryBytes();
        for (int targetPort = 1; table.memoryBytes() == before; targetPort++) {
            add(targetPort);
        }
    }

    /** What a look finds while slots are moved: the key of its session beside the state of another. */
    @Test
    void shouldTakeAndTouchNoSessionWhoseStateIsAnothers() {
        SessionHash hash = new SessionHash(1, 2);
        OutletRegistry outlets = new OutletRegistry();
        SessionSegment segment = new SessionSegment(
                new StampedLock(),
                SLOTS,
                hash,
                new SessionLife(120, 30),
                outlets,
                new Counters(),
                new DroppedSessions());
        long client = SessionKey.end(TableScene.CLIENT, PORT);
        long target = SessionKey.end(TableScene.TARGET, TARGET_PORT);
        long clientHash = hash.ofClient(client);
        long sessionHash = hash.ofSession(clientHash, target);
        long another = SessionState.added(sessionHash ^ 1L << SessionState.FINGERPRINT_BITS - 1, NOW_S);
        int id = outlets.idOf(tunnel);
        segment.put(client, target + 1, clientHash, id, NOW_S, false);
        segment.slots().insert(client, target, id, another);

        assertNull(segment.find(client, target, clientHash, NOW_S + 1, SessionState.RESPONSE_SEEN, false));
        assertEquals(another, segment.slots().state(segment.slots().find(client, target, sessionHash)));
    }
}
