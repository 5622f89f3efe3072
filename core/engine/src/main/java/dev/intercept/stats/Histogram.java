package dev.intercept.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often values fell between bounds that double each time: the first bucket takes values up to {@code firstBound}, the
 * next up to twice that, and so on; one more takes what is larger than all.
 *
 * <p>Thread rule: one thread records, which costs a few additions; any thread reads and may be a moment late.
 */
public final class Histogram {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long firstBound;
    private final long[] counts;
    private final long[] sum = new long[1];

    /** @param bounds how many bounds there are, 1 to 40 */
    public Histogram(long firstBound, int bounds) {
        this.firstBound = firstBound;
        this.counts = new long[bounds + 1];
    }

    /** @param value 0 or more */
    public void record(long value) {
        int index = value <= firstBound ? 0 : Long.SIZE - Long.numberOfLeadingZeros((value - 1) / firstBound);
        int bucket = Math.min(index, counts.length - 1);
        LONGS.setOpaque(counts, bucket, counts[bucket] + 1);
        LONGS.setOpaque(sum, 0, sum[0] + value);
    }

    /** Buckets with a bound; bucket number {@link #bounds} is the one without. */
    public int bounds() {
        return counts.length - 1;
    }

    /** The largest value of a bucket. */
    public long bound(int bucket) {
        return firstBound << bucket;
    }

    public long count(int bucket) {
        return (long) LONGS.getOpaque(counts, bucket);
    }

    public long sum() {
        return (long) LONGS.getOpaque(sum, 0);
    }
}
