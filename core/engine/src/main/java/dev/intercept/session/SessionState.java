package dev.intercept.session;

/**
 * What a session remembers beside its key and its route, in one word that the capture threads exchange atomically.
 *
 * <pre>
 *   63                              32 31                    8 7       0
 *   |   last touched, s (any clock)   |  fingerprint of hash  |  flags  |
 *
 *   flags:  bit 0  a response was seen
 *           bit 1  one was seen that is more than a SYN/ACK: the connection was established, or refused; an ADD clears it
 *           bits 2 to 7  free, for what the responses show about the session; an ADD clears them
 * </pre>
 *
 * <p>The fingerprint is the low 24 bits of the session's hash: it says where the session's slot should be, and shows a
 * capture thread that looked while sessions were moved that the state is not the one it wanted.
 */
final class SessionState {

    static final int RESPONSE_SEEN = 1;

    static final int HANDSHAKE_OVER = 2;

    /** Slots of one segment that the fingerprint can distinguish. */
    static final int FINGERPRINT_BITS = 24;

    private static final int FLAG_BITS = 8;
    private static final int TOUCHED_SHIFT = 32;
    private static final int FINGERPRINT_MASK = (1 << FINGERPRINT_BITS) - 1;

    private SessionState() {}

    /** Of a session that an ADD made just now. */
    static long added(long hash, int nowS) {
        return (long) nowS << TOUCHED_SHIFT | (hash & FINGERPRINT_MASK) << FLAG_BITS;
    }

    /** Of a known session that an ADD named again: it remembers that it was answered, and nothing else. */
    static long addedAgain(long state, int nowS) {
        long kept = state & ((long) FINGERPRINT_MASK << FLAG_BITS | RESPONSE_SEEN);
        return (long) later(nowS, touchedS(state)) << TOUCHED_SHIFT | kept;
    }

    /** Of a session to which a response came, which shows so much about it. */
    static long answered(long state, int nowS, int flags) {
        long kept = state & 0xffff_ffffL | flags;
        return (long) later(nowS, touchedS(state)) << TOUCHED_SHIFT | kept;
    }

    static int touchedS(long state) {
        return (int) (state >>> TOUCHED_SHIFT);
    }

    static int flags(long state) {
        return (int) state & (1 << FLAG_BITS) - 1;
    }

    static int fingerprint(long state) {
        return (int) (state >>> FLAG_BITS) & FINGERPRINT_MASK;
    }

    static boolean isOf(long state, long hash) {
        return ((state >>> FLAG_BITS ^ hash) & FINGERPRINT_MASK) == 0;
    }

    /** Threads read the clock at different moments: a session's time never goes back. */
    private static int later(int aS, int bS) {
        return aS - bS > 0 ? aS : bS;
    }
}
