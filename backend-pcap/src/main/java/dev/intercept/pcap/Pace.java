package dev.intercept.pcap;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives the packets of a file the gaps they were captured with. A gap of more than {@link #MAX_GAP_US}, or a step back of the
 * clock, is one that nobody waits for: the time of the packet behind it is taken for now. Thread rule: one thread.
 */
final class Pace {

    private static final System.Logger LOG = System.getLogger(Pace.class.getName());

    /** A minute: longer than an idle client keeps a connection open. */
    static final long MAX_GAP_US = 60_000_000;

    /** Packets of several processors may be out of order by less. */
    static final long MAX_STEP_BACK_US = 1_000_000;

    private final String lane;
    private final LongSupplier nanoClock;
    private boolean started;
    private long lastUs;
    private long firstUs;
    private long startNs;

    Pace(String lane, LongSupplier nanoClock) {
        this.lane = lane;
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
        long gapUs = timestampUs - lastUs;
        if (!started || gapUs > MAX_GAP_US || gapUs < -MAX_STEP_BACK_US) {
            if (started) {
                LOG.log(
                        Level.WARNING,
                        "{0}: the clock of the capture jumps by {1} s; the packets behind that follow at once",
                        lane,
                        String.valueOf(TimeUnit.MICROSECONDS.toSeconds(gapUs)));
            }
            started = true;
            firstUs = timestampUs;
            startNs = nowNs;
        }
        lastUs = timestampUs;
        return TimeUnit.MICROSECONDS.toNanos(timestampUs - firstUs) - (nowNs - startNs);
    }
}
