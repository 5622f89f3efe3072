package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SessionStateTest {

    private static final long HASH = 0xfedc_ba98_76ab_cdefL;
    private static final int OTHER_FLAGS = 0xfe;

    @Test
    void shouldBeginUntouchedByResponses() {
        long state = SessionState.added(HASH, -5);

        assertEquals(-5, SessionState.touchedS(state));
        assertEquals(0xab_cdef, SessionState.fingerprint(state));
        assertEquals(0, state & 0xff);
    }

    @Test
    void shouldRememberAResponseAndKeepTheOtherFlags() {
        long state = SessionState.answered(SessionState.added(HASH, 10) | OTHER_FLAGS, 20, SessionState.RESPONSE_SEEN);

        assertEquals(20, SessionState.touchedS(state));
        assertEquals(0xff, state & 0xff);
        assertEquals(0xab_cdef, SessionState.fingerprint(state));
    }

    @Test
    void shouldKeepOnlyThatItWasAnsweredWhenAddedAgain() {
        long answered =
                SessionState.answered(SessionState.added(HASH, 10) | OTHER_FLAGS, 20, SessionState.RESPONSE_SEEN);

        long again = SessionState.addedAgain(answered, 30);

        assertEquals(30, SessionState.touchedS(again));
        assertEquals(SessionState.RESPONSE_SEEN, again & 0xff);
        assertEquals(0xab_cdef, SessionState.fingerprint(again));
    }

    @Test
    void shouldNotGoBackInTime() {
        long state = SessionState.added(HASH, 10);

        assertEquals(10, SessionState.touchedS(SessionState.answered(state, 9, SessionState.RESPONSE_SEEN)));
        assertEquals(10, SessionState.touchedS(SessionState.addedAgain(state, 9)));
    }

    @Test
    void shouldKnowWhetherItBelongsToAHash() {
        long state = SessionState.answered(SessionState.added(HASH, 10), 11, SessionState.RESPONSE_SEEN);

        assertTrue(SessionState.isOf(state, HASH));
        assertTrue(SessionState.isOf(state, HASH ^ 1L << 24), "only 24 bits are kept");
        for (int bit = 0; bit < 24; bit++) {
            assertFalse(SessionState.isOf(state, HASH ^ 1L << bit));
        }
    }
}
