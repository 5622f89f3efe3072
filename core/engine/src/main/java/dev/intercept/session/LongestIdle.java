package dev.intercept.session;

/**
 * Finds the session to evict when the table is full: of the tunnels that have most, the one idle for longest, to the second.
 *
 * <p>The capture threads touch sessions without a lock, so no list in order of idleness can be kept cheaply. Instead each
 * segment has an {@link IdleQueue} of a 16th of its sessions, and is looked at again when its queue is used up or when one of
 * its sessions may have expired. So an eviction costs about a look at 32 slots and never waits for a
 * look at all sessions.
 *
 * <p>Thread rule: the server thread's.
 */
final class LongestIdle {

    private static final int QUEUED_SHARE = 16;
    private static final int MIN_QUEUED = 64;

    private final SessionSegment[] segments;
    private final SessionHash hash;
    private final SessionLife life;
    private final OutletRegistry outlets;
    private final int queueCapacity;

    private final IdleQueue[] queues;
    private int queuesMade;
    private int lastChosen;

    /** No session expires before this. */
    private int earliestOverS;

    /** No session was touched for the last time before this. */
    private int idlestTouchedS;

    LongestIdle(
            SessionSegment[] segments, SessionHash hash, SessionLife life, OutletRegistry outlets, int maxSessions) {
        this.segments = segments;
        this.hash = hash;
        this.life = life;
        this.outlets = outlets;
        queues = new IdleQueue[segments.length];
        queueCapacity = Math.max(MIN_QUEUED, maxSessions / segments.length / QUEUED_SHARE);
    }

    /** Makes the queue of one more segment; called a few hundred times before the table is full, so that nothing waits then. */
    void prepare(int nowS) {
        if (queuesMade == queues.length) {
            return;
        }
        IdleQueue queue = new IdleQueue(segments[queuesMade], hash, life, outlets, queueCapacity);
        queue.collect(nowS);
        queues[queuesMade++] = queue;
        if (queuesMade == queues.length) {
            earliestOverS = earliestOver().overS();
            idlestTouchedS = findIdlestTouchedS();
        }
    }

    /**
     * Evicts one session, or drops those of a segment that expired. Does neither only when capture threads touched every
     * session that was queued while this looked for one.
     */
    void evict(int nowS) {
        int sessions = outlets.sessions();
        while (queuesMade < queues.length) {
            prepare(nowS);
        }
        int attempts = 2 * queues.length * (queueCapacity + 1);
        while (outlets.sessions() == sessions && attempts-- > 0) {
            IdleQueue queue = choose(nowS);
            if (queue.isEmpty() || queue.overS() - nowS <= 0) {
                queue.collect(nowS);
            } else {
                queue.evictNext(nowS);
            }
        }
    }

    /** The one where a session may have expired, else one with the longest idle. */
    private IdleQueue choose(int nowS) {
        if (earliestOverS - nowS <= 0) {
            IdleQueue earliest = earliestOver();
            earliestOverS = earliest.overS();
            if (earliestOverS - nowS <= 0) {
                return earliest;
            }
        }
        IdleQueue idlest = nextIdlest();
        if (idlest == null) {
            idlestTouchedS = findIdlestTouchedS();
            idlest = nextIdlest();
        }
        return idlest;
    }

    private IdleQueue earliestOver() {
        IdleQueue earliest = queues[0];
        for (IdleQueue queue : queues) {
            earliest = queue.overS() - earliest.overS() < 0 ? queue : earliest;
        }
        return earliest;
    }

    /** Of several the next in turn, so that no segment is emptied while others grow; null when none has so long an idle. */
    private IdleQueue nextIdlest() {
        for (int looked = 0; looked < queues.length; looked++) {
            lastChosen = lastChosen + 1 & queues.length - 1;
            if (queues[lastChosen].touchedS() - idlestTouchedS <= 0) {
                return queues[lastChosen];
            }
        }
        return null;
    }

    private int findIdlestTouchedS() {
        int idlestS = queues[0].touchedS();
        for (IdleQueue queue : queues) {
            idlestS = queue.touchedS() - idlestS < 0 ? queue.touchedS() : idlestS;
        }
        return idlestS;
    }
}
