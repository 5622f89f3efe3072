package dev.intercept.session;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The sessions that were dropped last, for their idle time or to make room, so that an answer that still comes for one says
 * which bound was too tight. Each takes the place of another with the same low bits of its hash; nothing is allocated.
 *
 * <p>Thread rule: the server thread remembers, any thread looks.
 */
final class DroppedSessions {

    /** A power of two. */
    private static final int REMEMBERED = 4096;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int EVICTED = 1;

    /** The upper bits of the hash, and whether it was evicted in the lowest. */
    private final long[] hashes = new long[REMEMBERED];

    private final long[] touchedS = new long[REMEMBERED];
    private volatile int longestIdleS;

    void remember(long sessionHash, int lastTouchedS, boolean isEvicted) {
        int index = (int) sessionHash & REMEMBERED - 1;
        LONGS.setOpaque(touchedS, index, (long) lastTouchedS);
        LONGS.setOpaque(hashes, index, sessionHash & -REMEMBERED | (isEvicted ? EVICTED : 0));
    }

    /** An answer without a route: counts it when its session is one of these. */
    void onUnrouted(long sessionHash, int nowS, Counters counters) {
        int index = (int) sessionHash & REMEMBERED - 1;
        long hash = (long) LONGS.getOpaque(hashes, index);
        if ((hash & -REMEMBERED) != (sessionHash & -REMEMBERED)) {
            return;
        }
        if ((hash & EVICTED) != 0) {
            counters.increment(Counter.ANSWERED_AFTER_EVICTION);
        } else {
            counters.increment(Counter.ANSWERED_AFTER_EXPIRY);
            longestIdleS = Math.max(longestIdleS, nowS - (int) (long) LONGS.getOpaque(touchedS, index));
        }
    }

    /** Of the sessions that expired and were answered later: the longest time between two touches, in seconds. */
    int longestIdleS() {
        return longestIdleS;
    }
}
