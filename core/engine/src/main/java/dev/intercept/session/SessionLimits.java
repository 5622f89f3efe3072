package dev.intercept.session;

/**
 * The bounds of a {@link SessionTable}; {@link #DEFAULTS} are what the command starts with.
 *
 * @param tableSize sessions the table has room for before it first grows, 1 to 2^23
 * @param maxSessions sessions that are kept at most, 1 to 2^23; beyond, who has most loses the one idle for longest
 * @param maxParked parked headers that are kept at most, 0 to 2^20; beyond, the oldest goes
 * @param maxParkedPerSession parked headers of one session that are kept at most, from 1; beyond, its oldest goes
 * @param routeTimeoutS seconds after which a session ends that neither a response nor an ADD touched, from 1
 * @param unansweredTimeoutS the same for a session that never saw a response; never more than {@code routeTimeoutS}
 * @param parkedTimeoutS seconds that a header waits for its route, from 1
 */
public record SessionLimits(
        int tableSize,
        int maxSessions,
        int maxParked,
        int maxParkedPerSession,
        int routeTimeoutS,
        int unansweredTimeoutS,
        int parkedTimeoutS) {

    /** All of them fit into one segment, whose slots 24 bits number, even if they are sessions of one client. */
    public static final int SESSIONS_LIMIT = 1 << 23;

    /** 128 MiB of parked headers. */
    public static final int PARKED_LIMIT = 1 << 20;

    /** Half of the range of the difference of two 32-bit times: 34 years. */
    public static final int TIMEOUT_LIMIT_S = Integer.MAX_VALUE / 2;

    public static final SessionLimits DEFAULTS = new SessionLimits(65536, 1 << 20, 65536, 16, 120, 30, 30);

    /** @throws IllegalArgumentException when a bound is out of its range; the text names it and the range */
    public SessionLimits {
        requireBetween("table size", tableSize, 1, SESSIONS_LIMIT);
        requireBetween("maximum of sessions", maxSessions, 1, SESSIONS_LIMIT);
        requireBetween("maximum of parked headers", maxParked, 0, PARKED_LIMIT);
        requireBetween("maximum of parked headers per session", maxParkedPerSession, 1, PARKED_LIMIT);
        requireSeconds("route time-out", routeTimeoutS);
        requireSeconds("time-out of unanswered sessions", unansweredTimeoutS);
        requireSeconds("time-out of parked headers", parkedTimeoutS);
        unansweredTimeoutS = Math.min(unansweredTimeoutS, routeTimeoutS);
    }

    /** The bounds that the command line sets; the others as in {@link #DEFAULTS}. */
    public static SessionLimits of(int tableSize, int maxSessions, int maxParked, int routeTimeoutS) {
        return new SessionLimits(
                tableSize,
                maxSessions,
                maxParked,
                DEFAULTS.maxParkedPerSession,
                routeTimeoutS,
                DEFAULTS.unansweredTimeoutS,
                DEFAULTS.parkedTimeoutS);
    }

    private static void requireBetween(String what, int value, int lowest, int highest) {
        require(what, value, "a number", lowest, highest);
    }

    private static void requireSeconds(String what, int valueS) {
        require(what, valueS, "a number of seconds", 1, TIMEOUT_LIMIT_S);
    }

    private static void require(String what, int value, String unit, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    what + " is " + value + "; choose " + unit + " from " + lowest + " to " + highest);
        }
    }
}
