package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.stats.Counter;
import java.util.function.Supplier;

/** One counter of something that happens again and again where it should happen once. */
final class RepetitionDetector implements Detector {

    /** Fewer than this in the window are chance: a lost packet, a client that reuses its port. */
    private static final int MIN_COUNT = 3;

    /** Less than one in this many routes is chance too. */
    private static final int SHARE = 10;

    private final Counter counter;
    private final FindingId id;
    private final String what;
    private final HostCause cause;
    private final Supplier<String> remedy;

    /** @param what follows the number in the fact */
    RepetitionDetector(Counter counter, FindingId id, String what, HostCause cause, Supplier<String> remedy) {
        this.counter = counter;
        this.id = id;
        this.what = what;
        this.cause = cause;
        this.remedy = remedy;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long count = now.since(windowStart, counter);
        if (count >= MIN_COUNT && count * SHARE >= now.since(windowStart, Counter.ROUTES_ADDED)) {
            board.raise(Finding.warn(id, count + " " + what + " in " + WINDOW_S + " s", cause.remedyOr(remedy.get())));
        } else {
            board.clear(id, "");
        }
    }
}
