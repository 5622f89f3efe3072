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

    /** A second's: nothing is gained by looking at a slot more often, and what is looked at displaces what the packets need. */
    static final int CALLS_PER_ROUND = 10;

    private static final int MIN_LOOKS_PER_CALL = 1 << 12;

    private final SessionSegment[] segments;
    private int segment;
    private int slot;

    /** Of this call: looks, and their cost with that of clearing. */
    private int looksLeft;

    private int costLeft;

    /** Slots of the segments in use, of this round so far and of the last one. */
    private int slotsOfRound;

    private int slotsOfLastRound;

    SessionSweep(SessionSegment[] segments) {
        this.segments = segments;
    }

    /** Goes on where the last call ended; a round takes a second or two. @return slots looked at */
    int some(int sessions, int nowS) {
        costLeft = Math.min(SLOTS_PER_CALL, Math.max(MIN_SLOTS_PER_CALL, sessions));
        int looks = Math.max(MIN_LOOKS_PER_CALL, Math.max(sessions, slotsOfLastRound / CALLS_PER_ROUND + 1));
        looksLeft = looks;
        for (int visited = 0; visited <= segments.length && sweep(segments[segment], nowS); visited++) {
            next();
        }
        return looks - looksLeft;
    }

    private void next() {
        slot = 0;
        segment = (segment + 1) % segments.length;
        if (segment == 0) {
            slotsOfLastRound = slotsOfRound;
            slotsOfRound = 0;
        }
    }

    /** Every slot now. */
    void all(int nowS) {
        for (SessionSegment each : segments) {
            slot = 0;
            costLeft = Integer.MAX_VALUE;
            looksLeft = Integer.MAX_VALUE;
            sweep(each, nowS);
        }
        slot = 0;
    }

    /** @return whether the segment's end was reached */
    private boolean sweep(SessionSegment current, int nowS) {
        costLeft--;
        int capacity = current.used() == 0 ? 0 : current.slots().capacity();
        while (slot < capacity) {
            if (looksLeft <= 0 || costLeft <= 0) {
                return false;
            }
            if (current.dropIfOver(slot, nowS)) {
                costLeft -= CLEARING_COST;
            } else {
                costLeft--;
                looksLeft--;
                slot++;
            }
        }
        slotsOfRound += capacity;
        return true;
    }
}
