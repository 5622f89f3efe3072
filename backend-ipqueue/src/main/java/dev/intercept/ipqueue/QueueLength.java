package dev.intercept.ipqueue;

/** How long ip_queue's queue should be, from the burst that it has seen. */
final class QueueLength {

    /** Holds the bursts of a test server under load; costs memory only while packets wait. */
    static final long GOOD = 8192;

    private QueueLength() {}

    /**
     * @param maxLength as it is now
     * @param dropped packets that found the queue full; with a full queue they make the burst
     * @return a power of two that has room for the burst, {@link #GOOD} at least
     */
    static long forBurst(long maxLength, long dropped) {
        long burst = maxLength + dropped;
        return burst <= GOOD ? GOOD : Long.highestOneBit(burst - 1) << 1;
    }
}
