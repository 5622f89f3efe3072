package dev.intercept.nflog;

/**
 * How many packets the kernel should gather before it hands them up: one while traffic is light, as many as come within the
 * gathering time when it is brisk. Follows the rate, measured over windows, by factors of two or more, so that a rate at a
 * border does not make it change for ever.
 *
 * <p>Thread rule: the polling thread.
 */
final class BatchThreshold {

    /** Packets in one message at most. */
    static final int MAX_PACKETS = 64;

    /** Shortest time over which a rate is measured. */
    static final long WINDOW_NS = 10_000_000;

    private final long gatherNs;
    private long windowBeginNs;
    private long windowPackets;
    private int packets = 1;

    /**
     * @param gatherNs how long a packet may wait for others; 0 for not at all
     * @param nowNs the time, as {@link System#nanoTime} returns it
     */
    BatchThreshold(long gatherNs, long nowNs) {
        this.gatherNs = gatherNs;
        windowBeginNs = nowNs;
    }

    /** The threshold now: 1 to {@link #MAX_PACKETS}. */
    int packets() {
        return packets;
    }

    /**
     * Counts packets that came, 0 when a wait ended without one.
     *
     * @return whether the threshold is another one now
     */
    boolean count(int arrived, long nowNs) {
        windowPackets += arrived;
        long windowNs = nowNs - windowBeginNs;
        if (windowNs < WINDOW_NS) {
            return false;
        }
        int fitting = (int) Math.max(1, Math.min(MAX_PACKETS, windowPackets * gatherNs / windowNs));
        windowBeginNs = nowNs;
        windowPackets = 0;
        if (fitting < 2 * packets && packets < 2 * fitting) {
            return false;
        }
        packets = fitting;
        return true;
    }
}
