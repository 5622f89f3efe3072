package dev.intercept.session;

/**
 * Of the sessions of one segment whose tunnels may lose some, those that were idle for longest when it was last looked at, oldest
 * first. Others may be touched or added since, but never get older than those: what a queue says of its segment stays true, if less
 * and less tight, but for tunnels that came to have so many sessions since.
 *
 * <p>Thread rule: the server thread's.
 */
final class IdleQueue {

    private final SessionSegment segment;
    private final SessionHash hash;
    private final SessionLife life;
    private final OutletRegistry outlets;
    private final long[] clients;
    private final long[] sessionTargets;
    private final int[] touchedS;
    private int next;
    private int end;
    private int othersTouchedS;
    private int overS;

    IdleQueue(SessionSegment segment, SessionHash hash, SessionLife life, OutletRegistry outlets, int capacity) {
        this.segment = segment;
        this.hash = hash;
        this.life = life;
        this.outlets = outlets;
        clients = new long[capacity];
        sessionTargets = new long[capacity];
        touchedS = new int[capacity];
    }

    /** No session of the segment was touched for the last time before this. */
    int touchedS() {
        return next < end ? touchedS[next] : othersTouchedS;
    }

    /** No session of the segment expires before this. */
    int overS() {
        return overS;
    }

    boolean isEmpty() {
        return next == end;
    }

    /** Evicts the first in the queue if it was not touched since and its tunnel may still lose some; it leaves the queue in any case. */
    void evictNext(int nowS) {
        long client = clients[next];
        segment.evict(client, sessionTargets[next], hash.ofClient(client), touchedS[next], nowS);
        next++;
    }

    /** Looks at all sessions of the segment again. Drops those that expired. */
    void collect(int nowS) {
        next = 0;
        end = 0;
        overS = nowS + life.unansweredTimeoutS();
        SessionSlots slots = segment.slots();
        for (int slot = 0; slot < slots.capacity(); slot++) {
            while (!slots.isEmpty(slot) && life.isOver(slots.state(slot), nowS) && segment.dropIfOver(slot, nowS)) {
                // Another session may have come in its place.
            }
            if (!slots.isEmpty(slot)) {
                collect(slots, slot);
            }
        }
        othersTouchedS = end == touchedS.length ? touchedS[end - 1] : nowS;
    }

    private void collect(SessionSlots slots, int slot) {
        long state = slots.state(slot);
        int sessionOverS = life.overS(state);
        if (sessionOverS - overS < 0) {
            overS = sessionOverS;
        }
        int sessionTouchedS = SessionState.touchedS(state);
        boolean full = end == touchedS.length;
        if (full && sessionTouchedS - touchedS[end - 1] >= 0 || !outlets.gives(slots.id(slot))) {
            return;
        }
        insert(full ? end - 1 : end++, slots, slot, sessionTouchedS);
    }

    /** @param free the place to begin at; what is there is lost */
    private void insert(int free, SessionSlots slots, int slot, int sessionTouchedS) {
        int place = free;
        for (; place > 0 && sessionTouchedS - touchedS[place - 1] < 0; place--) {
            clients[place] = clients[place - 1];
            sessionTargets[place] = sessionTargets[place - 1];
            touchedS[place] = touchedS[place - 1];
        }
        clients[place] = slots.client(slot);
        sessionTargets[place] = slots.target(slot);
        touchedS[place] = sessionTouchedS;
    }
}
