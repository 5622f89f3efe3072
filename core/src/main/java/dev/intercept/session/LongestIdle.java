package dev.intercept.session;

import java.util.Arrays;

/**
 * Finds the session to evict when the table is full: the one idle for longest, to the second.
 *
 * <p>The capture threads touch sessions without a lock, so no list in order of idleness can be kept cheaply. Instead one pass
 * over the table counts the sessions by idle seconds and a second one collects those idle for longest, a 64th of all, oldest
 * first. For the rest of that second they stay the ones idle for longest, but those touched meanwhile, which are skipped: a
 * touch only ever makes a session younger, and new sessions are younger than all. So an eviction costs two looks at 128 slots,
 * and the passes come once a second or once every so many evictions, whichever is more often.
 *
 * <p>Thread rule: the server thread's.
 */
final class LongestIdle {

    /** Sessions idle for longer than a day count as idle for a day. */
    private static final int MAX_IDLE_S = 86_400;

    private static final int MIN_COLLECTED = 64;
    private static final int COLLECTED_SHARE = 64;

    /** A second pass finds nothing to evict only when all that was collected was touched in the meantime. */
    private static final int MAX_PASSES = 3;

    /** No client's end has more than 48 bits. */
    private static final long NOBODY = -1;

    private final SessionSegment[] segments;
    private final SessionHash hash;
    private final SessionLife life;
    private final TargetRegistry targets;
    private final int collectedMax;

    private final int oldestS;

    /** What was collected, oldest first; no room for any before the table was full once. */
    private long[] clients = new long[0];

    private long[] sessionTargets;
    private int[] touchedS;
    private int collectedS;
    private int next;
    private int end;

    /** First: how many sessions are idle for so many seconds. Then: where the next of them is put. */
    private int[] byIdleS;

    LongestIdle(
            SessionSegment[] segments, SessionHash hash, SessionLife life, TargetRegistry targets, int maxSessions) {
        this.segments = segments;
        this.hash = hash;
        this.life = life;
        this.targets = targets;
        collectedMax = Math.max(MIN_COLLECTED, maxSessions / COLLECTED_SHARE);
        oldestS = Math.min(MAX_IDLE_S, life.routeTimeoutS());
    }

    /** Evicts one session; sessions that are over and were not swept yet go first. */
    void evict(int nowS) {
        for (int pass = 0; pass < MAX_PASSES; pass++) {
            if (next == end || collectedS != nowS) {
                collect(nowS);
            }
            while (next < end) {
                if (evict(next++, nowS)) {
                    return;
                }
            }
        }
    }

    private boolean evict(int index, int nowS) {
        long clientHash = hash.ofClient(clients[index]);
        SessionSegment segment = segments[SessionSegment.indexOf(clientHash)];
        return segment.evict(clients[index], sessionTargets[index], clientHash, touchedS[index], nowS);
    }

    private void collect(int nowS) {
        prepare();
        for (SessionSegment segment : segments) {
            count(segment.slots(), nowS);
        }
        reservePlaces();
        for (SessionSegment segment : segments) {
            place(segment.slots(), nowS);
        }
        next = 0;
        collectedS = nowS;
    }

    private void prepare() {
        if (clients.length == 0) {
            clients = new long[collectedMax];
            sessionTargets = new long[collectedMax];
            touchedS = new int[collectedMax];
            byIdleS = new int[oldestS + 1];
        }
        Arrays.fill(byIdleS, 0);
        Arrays.fill(clients, NOBODY);
    }

    private void count(SessionSlots slots, int nowS) {
        for (int slot = 0; slot < slots.capacity(); slot++) {
            if (targets.target(slots.id(slot)) != null) {
                byIdleS[idleS(slots.state(slot), nowS)]++;
            }
        }
    }

    /** Turns each number of sessions into the place of the first of them, the oldest at 0. */
    private void reservePlaces() {
        int place = 0;
        for (int idleS = oldestS; idleS >= 0; idleS--) {
            int count = byIdleS[idleS];
            byIdleS[idleS] = place;
            place = Math.min(place + count, collectedMax);
        }
        end = place;
    }

    /** A session touched since it was counted may find its place taken; it is too young to be missed. */
    private void place(SessionSlots slots, int nowS) {
        for (int slot = 0; slot < slots.capacity(); slot++) {
            if (targets.target(slots.id(slot)) == null) {
                continue;
            }
            long state = slots.state(slot);
            int idleS = idleS(state, nowS);
            int place = byIdleS[idleS];
            if (place < end && clients[place] == NOBODY) {
                byIdleS[idleS]++;
                clients[place] = slots.client(slot);
                sessionTargets[place] = slots.target(slot);
                touchedS[place] = SessionState.touchedS(state);
            }
        }
    }

    private int idleS(long state, int nowS) {
        int idleS = SessionLife.idleS(state, nowS);
        return life.isOver(state, nowS) ? oldestS : Math.min(oldestS, Math.max(0, idleS));
    }
}
