package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.stats.Counter;

/**
 * Sessions that begin again of which no answer has come here. Where this is one of several intercepts that share the answers, that
 * is how it should be; where it is the only one, answers are lost. Which it is cannot be seen from here, so it is no warning, unless
 * this host has a cause.
 */
final class UnansweredRestartDetector implements Detector {

    /** In the place of a tunnel or device, so that it is a finding beside that of answered sessions. */
    private static final String SUBJECT = "unanswered";

    private static final int MIN_COUNT = 3;
    private static final int SHARE = 10;

    private final HostCause cause;

    UnansweredRestartDetector(HostCause cause) {
        this.cause = cause;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long count = now.since(windowStart, Counter.ROUTES_RENEWED_UNANSWERED);
        if (count < MIN_COUNT || count * SHARE < now.since(windowStart, Counter.ROUTES_ADDED)) {
            board.clear(FindingId.SESSIONS_RESTART_LATER, SUBJECT);
            return;
        }
        board.raise(Finding.info(
                        FindingId.SESSIONS_RESTART_LATER,
                        count + " sessions of which no answer has come here were begun again in " + WINDOW_S + " s; "
                                + AnsweredShare.of(now).text(),
                        cause.remedyOr(
                                "intercept status --all ADDRESS:PORT,ADDRESS:PORT  # of all that tcpcopy's -s names: have the"
                                        + " others the rest? if this is the only one: intercept check --client IP"))
                .about(SUBJECT));
    }
}
