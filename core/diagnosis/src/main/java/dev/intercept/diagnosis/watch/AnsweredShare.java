package dev.intercept.diagnosis.watch;

import dev.intercept.answers.AnswerCount;
import dev.intercept.stats.Counter;

/**
 * How many of the sessions that tcpcopy announced were answered here. One of N intercepts that share a target's answers sees about
 * 1/N of them.
 *
 * @param announced since the start
 * @param answered of which a SYN/ACK came here; an estimate under many sessions
 */
public record AnsweredShare(long announced, long answered) {

    /** With fewer sessions the share says little. */
    private static final int MIN_ANNOUNCED = 20;

    /** That so many sessions in a row went elsewhere by chance is as improbable as this. */
    private static final double CHANCE = 0.01;

    static AnsweredShare of(Reading reading) {
        return new AnsweredShare(
                reading.get(Counter.ROUTES_ADDED),
                reading.target()
                        .total()
                        .map(all -> all.count(AnswerCount.SESSIONS))
                        .orElse(0L));
    }

    /** Whether so many sessions without an answer are more than a share of this size explains. */
    boolean leavesUnexplained(long unanswered) {
        boolean isKnown = announced >= MIN_ANNOUNCED && answered > 0;
        double part = isKnown ? Math.min(1, (double) answered / announced) : 1;
        return Math.pow(1 - part, unanswered) <= CHANCE;
    }

    /** {@code "16 of 32 announced sessions were answered here, about 1 of 2"} */
    public String text() {
        long oneIn = answered == 0 ? 0 : Math.round((double) announced / answered);
        String part = answered + " of " + announced + " announced sessions were answered here";
        return oneIn > 1 ? part + ", about 1 of " + oneIn : part;
    }
}
