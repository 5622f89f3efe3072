package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SessionLimitsTest {

    @Test
    void shouldHaveTheDefaultsThatAreDocumented() {
        assertEquals(new SessionLimits(65536, 1048576, 65536, 16, 120, 30, 30), SessionLimits.DEFAULTS);
    }

    @Test
    void shouldNeverKeepUnansweredSessionsLongerThanAnsweredOnes() {
        assertEquals(10, SessionLimits.of(1, 1, 1, 10).unansweredTimeoutS());
        assertEquals(30, SessionLimits.of(1, 1, 1, 31).unansweredTimeoutS());
    }

    @Test
    void shouldSayWhichBoundIsWrongAndWhatItMayBe() {
        assertEquals("table size is 0; choose a number from 1 to 8388608", refusal(0, 1, 1, 1));
        assertEquals("maximum of sessions is 8388609; choose a number from 1 to 8388608", refusal(1, 8388609, 1, 1));
        assertEquals("maximum of parked headers is -1; choose a number from 0 to 1048576", refusal(1, 1, -1, 1));
        assertEquals("route time-out is 0; choose a number of seconds from 1 to 1073741823", refusal(1, 1, 1, 0));
    }

    @Test
    void shouldTakeEachBoundAtItsEdgesAndNoOther() {
        SessionLimits least = new SessionLimits(1, 1, 0, 1, 1, 1, 1);
        int sessions = SessionLimits.SESSIONS_LIMIT;
        int parked = SessionLimits.PARKED_LIMIT;
        int timeS = SessionLimits.TIMEOUT_LIMIT_S;
        assertEquals(1, least.tableSize());
        assertEquals(timeS, new SessionLimits(sessions, sessions, parked, parked, timeS, timeS, timeS).routeTimeoutS());
        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(1, 1, 0, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(1, 1, 0, 1, 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new SessionLimits(1, 1, 0, 1, 1, 1, 0));
    }

    private static String refusal(int tableSize, int maxSessions, int maxParked, int routeTimeoutS) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> SessionLimits.of(tableSize, maxSessions, maxParked, routeTimeoutS))
                .getMessage();
    }
}
