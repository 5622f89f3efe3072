package dev.intercept.session;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session to evict when the table is full: of the tunnels that have most, the one idle for longest, of a sample of theirs.
 *
 * <p>The capture threads touch sessions without a lock, so no list in order of idleness can be kept cheaply, and what was found
 * once is soon untrue: sessions are touched, and other tunnels have most. So each eviction looks anew, at the sessions that follow
 * the last one's in the table. The hash has put them there at random: the chance to take one of the youngest half is 2^-128.
 *
 * <p>Thread rule: the server thread's.
 */
final class LongestIdle {

    /** So many sessions that may be evicted are compared, or all if there are fewer. */
    static final int SAMPLE = 128;

    /** As many slots are looked at, at most, where those that may be evicted are few; and more only for the least sample. */
    private static final int MAX_SLOTS = 4096;

    private static final int MIN_SAMPLE = 16;

    /** Each fails only when a capture thread touched the chosen one at that very moment. */
    private static final int ATTEMPTS = 16;

    private final SessionSegment[] segments;
    private final SessionLife life;
    private final OutletRegistry outlets;

    /** Where the next look begins. */
    private int segment;

    private int slot;

    /** What the look has come to. */
    private int sampled;

    private @Nullable SessionSegment chosen;
    private int chosenSlot;
    private int chosenTouchedS;

    LongestIdle(SessionSegment[] segments, SessionLife life, OutletRegistry outlets) {
        this.segments = segments;
        this.life = life;
        this.outlets = outlets;
    }

    /** Drops one session that expired, or else evicts one. There must be one of an open tunnel. */
    void evict(int nowS) {
        boolean done = false;
        for (int attempt = 0; attempt < ATTEMPTS && !done; attempt++) {
            choose(nowS);
            done = Objects.requireNonNull(chosen).evict(chosenSlot, chosenTouchedS, nowS);
        }
    }

    private void choose(int nowS) {
        chosen = null;
        sampled = 0;
        int slotsLeft = MAX_SLOTS;
        for (int visited = 0; visited <= segments.length; visited++) {
            SessionSegment current = segments[segment];
            int capacity = current.used() == 0 ? 0 : current.slots().capacity();
            while (slot < capacity) {
                boolean expired = compare(current, slot++, nowS);
                if (expired || sampled >= (slotsLeft-- > 0 ? SAMPLE : MIN_SAMPLE)) {
                    return;
                }
            }
            segment = (segment + 1) % segments.length;
            slot = 0;
        }
    }

    /** @return whether the session there expired, so that no better one can be found */
    private boolean compare(SessionSegment current, int at, int nowS) {
        SessionSlots slots = current.slots();
        if (slots.isEmpty(at) || !outlets.isOpen(slots.id(at))) {
            return false;
        }
        long state = slots.state(at);
        int touchedS = SessionState.touchedS(state);
        boolean expired = life.isOver(state, nowS);
        boolean gives = expired || outlets.gives(slots.id(at));
        if (expired || gives && (chosen == null || touchedS - chosenTouchedS < 0)) {
            chosen = current;
            chosenSlot = at;
            chosenTouchedS = touchedS;
        }
        sampled += gives ? 1 : 0;
        return expired;
    }
}
