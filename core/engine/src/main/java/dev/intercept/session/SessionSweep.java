package dev.intercept.session;

/**
 * Clears the slots of sessions that expired or whose tunnel closed, a part of the table at each call.
 *
 * <p>Thread rule: the server thread's.
 */
final class SessionSweep {

    /** Slots looked at in one call, at most: half a millisecond's worth. */
    static final int SLOTS_PER_CALL = 1 << 18;

    private static final int MIN_SLOTS_PER_CALL = 1 << 15;

    /** Clearing a slot costs about as much as looking at so many. */
    static final int CLEARING_COST = 64;

    private final SessionSegment[] segments;
    private int segment;
    private int slot;

    SessionSweep(SessionSegment[] segments) {
        this.segments = segments;
    }

    /** Goes on where the last call ended; about as many slots as there are sessions, so that a round takes a second or two. */
    void some(int sessions, int nowS) {
        int budget = Math.min(SLOTS_PER_CALL, Math.max(MIN_SLOTS_PER_CALL, sessions));
        for (int visited = 0; visited <= segments.length && budget > 0; visited++) {
            budget = sweep(segments[segment], budget, nowS);
            if (budget > 0) {
                segment = (segment + 1) % segments.length;
                slot = 0;
            }
        }
    }

    /** Every slot now. */
    void all(int nowS) {
        for (SessionSegment each : segments) {
            slot = 0;
            sweep(each, Integer.MAX_VALUE, nowS);
        }
        slot = 0;
    }

    /** @return what is left of the budget; above 0 when the segment's end was reached */
    private int sweep(SessionSegment current, int budget, int nowS) {
        int left = budget - 1;
        int capacity = current.used() == 0 ? 0 : current.slots().capacity();
        while (slot < capacity && left > 0) {
            if (current.dropIfOver(slot, nowS)) {
                left -= CLEARING_COST;
            } else {
                left--;
                slot++;
            }
        }
        return left;
    }
}
