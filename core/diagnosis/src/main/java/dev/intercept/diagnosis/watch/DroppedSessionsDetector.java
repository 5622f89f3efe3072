package dev.intercept.diagnosis.watch;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import java.util.function.IntSupplier;

/** Sessions that ended by a bound before their last answer: by their idle time, or because the table was full. */
final class DroppedSessionsDetector implements Detector {

    private static final int MIN_COUNT = 3;

    private final InterceptConfig config;
    private final IntSupplier longestIdleS;
    private final int sessionsLimit;

    /** @param sessionsLimit the largest {@code --max-sessions} that there is */
    DroppedSessionsDetector(InterceptConfig config, IntSupplier longestIdleS, int sessionsLimit) {
        this.config = config;
        this.longestIdleS = longestIdleS;
        this.sessionsLimit = sessionsLimit;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        lookAtExpired(now.since(windowStart, Counter.ANSWERED_AFTER_EXPIRY), board);
        lookAtEvicted(now, windowStart, board);
    }

    private void lookAtExpired(long answers, FindingBoard board) {
        int idleS = longestIdleS.getAsInt();
        if (answers < MIN_COUNT || idleS < config.routeTimeoutS()) {
            board.clear(FindingId.SESSIONS_EXPIRED, "");
            return;
        }
        board.raise(Finding.warn(
                FindingId.SESSIONS_EXPIRED,
                answers + " answers in " + WINDOW_S + " s came for sessions that -t " + config.routeTimeoutS()
                        + " had ended; the longest was idle for " + idleS + " s",
                "intercept -t " + Math.min(SessionLimits.TIMEOUT_LIMIT_S, idleS + idleS / 2L)));
    }

    private void lookAtEvicted(Reading now, Reading windowStart, FindingBoard board) {
        long evicted = now.since(windowStart, Counter.EVICTED);
        long answers = now.since(windowStart, Counter.ANSWERED_AFTER_EVICTION);
        if (evicted == 0 && answers < MIN_COUNT) {
            board.clear(FindingId.SESSIONS_EVICTED, "");
            return;
        }
        board.raise(Finding.warn(
                FindingId.SESSIONS_EVICTED,
                "--max-sessions " + config.maxSessions() + " was reached: " + evicted + " sessions were evicted in "
                        + WINDOW_S + " s, " + answers + " answers came for evicted ones",
                remedy(now, windowStart)));
    }

    /** Room for all that there were: those that are there, and those that had to go. */
    private String remedy(Reading now, Reading windowStart) {
        if (config.maxSessions() >= sessionsLimit) {
            return "intercept -t " + fittingTimeoutS(now, windowStart) + "  # --max-sessions is as large as it can be";
        }
        long needed = config.maxSessions() + now.get(Counter.EVICTED);
        return "intercept --max-sessions=" + Math.min(sessionsLimit, Long.highestOneBit(needed) * 2);
    }

    /** Three quarters of the time that sessions need to fill the table: from a second to half of what it was. */
    private long fittingTimeoutS(Reading now, Reading windowStart) {
        long added = Math.max(1, now.since(windowStart, Counter.ROUTES_ADDED));
        long fillingS = (long) config.maxSessions() * WINDOW_S / added;
        return Math.max(1, Math.min(fillingS * 3 / 4, config.routeTimeoutS() / 2));
    }
}
