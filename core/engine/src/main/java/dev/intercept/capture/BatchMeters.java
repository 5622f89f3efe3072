package dev.intercept.capture;

import dev.intercept.stats.Histogram;

/** How large one lane's batches are, and how long their headers take to the sockets. */
public final class BatchMeters {

    /** Bounds 1, 2, 4 … 64 packets. */
    private final Histogram packets = new Histogram(1, 7);

    /** Bounds 1 µs, 2 µs … 65 ms. */
    private final Histogram forwardingNs = new Histogram(1000, 17);

    BatchMeters() {}

    /** Packets of each batch. */
    public Histogram packets() {
        return packets;
    }

    /** Of each batch with forwarded headers, nanoseconds from the first header's look-up to the last socket's write. */
    public Histogram forwardingNs() {
        return forwardingNs;
    }
}
