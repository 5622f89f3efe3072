package dev.intercept.ebpf;

/**
 * How long headers may gather before the ring is read again: not at all while traffic is light, so that each wakes the reader;
 * as long as some come together when it is brisk, so that none does.
 *
 * <p>Thread rule: the polling thread.
 */
final class GatherPause {

    /** Headers that a pause must be expected to gather: a sleep costs as much as two wake-ups. */
    private static final int WORTHWHILE_PACKETS = 2;

    /** Headers that a pause need not outlast: what a sleep costs is spread by then, and answers should not be late. */
    private static final int ENOUGH_PACKETS = 32;

    private final long longestNs;
    private long lastNs;
    private long packets;

    /** @param longestNs 0 for no pauses */
    GatherPause(long longestNs, long nowNs) {
        this.longestNs = longestNs;
        lastNs = nowNs;
    }

    /** Counts headers that were handed over while more waited. */
    void add(int handed) {
        packets += handed;
    }

    /** After the ring was read empty: how long to pause, in nanoseconds, 0 for not at all. */
    long afterEmptying(long nowNs) {
        long intervalNs = Math.max(1, nowNs - lastNs);
        long came = packets;
        lastNs = nowNs;
        packets = 0;
        if (came * longestNs < intervalNs * WORTHWHILE_PACKETS || came == 0) {
            return 0;
        }
        return Math.min(longestNs, intervalNs * ENOUGH_PACKETS / came);
    }
}
