package dev.intercept.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counts of one thread. Counting costs a plain add: no lock, no shared cache line.
 *
 * <p>Thread rule: one thread adds, any thread reads and may be a moment late.
 */
public final class Counters {

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two cache lines before and behind, so that two threads' counters never share one. */
    private static final int PADDING = 16;

    private final long[] counts = new long[Counter.values().length + 2 * PADDING];

    public void increment(Counter counter) {
        add(counter, 1);
    }

    public void add(Counter counter, long amount) {
        int index = PADDING + counter.ordinal();
        COUNT.setOpaque(counts, index, (long) COUNT.getOpaque(counts, index) + amount);
    }

    /** Whatever was counted before. */
    public void set(Counter counter, long amount) {
        COUNT.setOpaque(counts, PADDING + counter.ordinal(), amount);
    }

    public long get(Counter counter) {
        return (long) COUNT.getOpaque(counts, PADDING + counter.ordinal());
    }
}
