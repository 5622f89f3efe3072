package dev.intercept.pcap;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Gives the packets of a file the gaps they were captured with. Thread rule: one thread. */
final class Pace {

    private final LongSupplier nanoClock;
    private boolean started;
    private long firstUs;
    private long startNs;

    Pace(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * The first packet asked for is due at once, each later one as long after it as in the file.
     *
     * @param timestampUs when the packet was captured
     * @return nanoseconds until it is due; 0 or less when it is
     */
    long untilDueNs(long timestampUs) {
        long nowNs = nanoClock.getAsLong();
        if (!started) {
            started = true;
            firstUs = timestampUs;
            startNs = nowNs;
        }
        return TimeUnit.MICROSECONDS.toNanos(timestampUs - firstUs) - (nowNs - startNs);
    }
}
