package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.stats.Counter;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Packets that intercept itself drops for one reason, more than a few. */
final class LossDetector implements Detector {

    /** Less than one in this many packets is chance. */
    private static final int SHARE = 100;

    private final FindingId id;
    private final List<Counter> counters;
    private final int minCount;
    private final Supplier<String> remedy;

    /** @param minCount packets in the window, and a hundredth of all */
    LossDetector(FindingId id, List<Counter> counters, int minCount, Supplier<String> remedy) {
        this.id = id;
        this.counters = counters;
        this.minCount = minCount;
        this.remedy = remedy;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        StringJoiner counts = new StringJoiner(", ");
        long lost = 0;
        for (Counter counter : counters) {
            long count = now.since(windowStart, counter);
            lost += count;
            if (count > 0) {
                counts.add(count + " " + counter.label());
            }
        }
        long all = now.packets() - windowStart.packets();
        if (lost >= minCount && (minCount == 1 || lost * SHARE >= all)) {
            board.raise(
                    Finding.warn(id, counts + " in " + WINDOW_S + " s, while " + all + " packets came", remedy.get()));
        } else {
            board.clear(id, "");
        }
    }
}
