package dev.intercept.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often values fell between bounds that double each time, or each few times: the first bucket takes values up to {@code
 * firstBound}; from there to twice that there are so many steps of equal width, and so on; one more takes what is larger than all.
 *
 * <p>Thread rule: one thread records, which costs a few additions; any thread reads and may be a moment late.
 */
public final class Histogram {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long firstBound;
    private final int steps;
    private final long[] counts;
    private final long[] sum = new long[1];

    /** @param bounds how many bounds there are, 1 to 40 */
    public Histogram(long firstBound, int bounds) {
        this(firstBound, bounds, 1);
    }

    /**
     * @param doublings how many bounds there would be with one step
     * @param steps from a bound to its double, at most {@code firstBound}
     */
    public Histogram(long firstBound, int doublings, int steps) {
        this.firstBound = firstBound;
        this.steps = steps;
        this.counts = new long[(doublings - 1) * steps + 2];
    }

    /** @param value 0 or more */
    public void record(long value) {
        int bucket = value <= firstBound ? 0 : bucket(value);
        LONGS.setOpaque(counts, bucket, counts[bucket] + 1);
        LONGS.setOpaque(sum, 0, sum[0] + value);
    }

    private int bucket(long value) {
        int doubled = Long.SIZE - 1 - Long.numberOfLeadingZeros((value - 1) / firstBound);
        if (doubled * steps >= counts.length - 2) {
            return counts.length - 1;
        }
        long from = firstBound << doubled;
        return 1 + doubled * steps + (int) ((value - 1 - from) * steps / from);
    }

    /** Buckets with a bound; bucket number {@link #bounds} is the one without. */
    public int bounds() {
        return counts.length - 1;
    }

    /** The largest value of a bucket. */
    public long bound(int bucket) {
        if (bucket == 0) {
            return firstBound;
        }
        long from = firstBound << (bucket - 1) / steps;
        return from + from * ((bucket - 1) % steps + 1) / steps;
    }

    public long count(int bucket) {
        return (long) LONGS.getOpaque(counts, bucket);
    }

    public long sum() {
        return (long) LONGS.getOpaque(sum, 0);
    }
}
