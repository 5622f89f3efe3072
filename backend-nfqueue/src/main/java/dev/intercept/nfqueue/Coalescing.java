package dev.intercept.nfqueue;

import dev.intercept.netlink.SystemCalls;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.LongToIntFunction;

/**
 * Lets packets gather when they come briskly: a pause before the next receive instead of a wake-up for each packet. Light
 * traffic is never held up, nor is a queue that already has more than a batch. On a machine that has processor time to spare
 * pauses are half as long: answers come earlier, for a third to a half more of the capture thread's time.
 *
 * <p>Thread rule: the polling thread.
 */
final class Coalescing {

    /**
     * Packets that a pause must be expected to gather. A sleep costs the CPU of two or three wake-ups by a packet (25 µs on a
     * virtual machine, where timers are dear), but what follows a batch, such as the write to a tunnel, is saved as well.
     */
    private static final int WORTHWHILE_PACKETS = 2;

    /**
     * Packets that a pause need not outlast: what a wake-up costs is spread by then, and answers should not be late. Measured at
     * 50,000 packets a second: 9, 12 and 16 in a pause cost 3.8, 3.3 and 2.9 µs each, 8 to 10 one by one.
     */
    private static final int ENOUGH_PACKETS = 14;

    /** From this part of the machine's time on that nobody uses, pauses become shorter. */
    private static final int BUSY_IDLE_PERCENT = 25;

    /** From this part on they are half as long. */
    private static final int SPARE_IDLE_PERCENT = 50;

    private final long pauseNs;
    private final LongToIntFunction idlePercent;
    private final LongSupplier clockNs;
    private final LongConsumer sleepNs;
    private final Runnable sharpenTimers;
    private boolean sharpened;
    private long lastBatchNs;
    private long nextPauseNs;

    /**
     * @param pauseNs how long packets may gather at most; 0 for not at all
     * @param idlePercent the part of the machine's time that nobody uses, at a time of the calls' clock
     */
    Coalescing(SystemCalls calls, long pauseNs, LongToIntFunction idlePercent) {
        this(pauseNs, idlePercent, calls::nanoTime, ns -> calls.sleepUs((int) (ns / 1000)), calls::sharpenTimers);
    }

    /** @param sharpenTimers called once, on the polling thread, before it sleeps */
    Coalescing(
            long pauseNs,
            LongToIntFunction idlePercent,
            LongSupplier clockNs,
            LongConsumer sleepNs,
            Runnable sharpenTimers) {
        this.pauseNs = pauseNs;
        this.idlePercent = idlePercent;
        this.clockNs = clockNs;
        this.sleepNs = sleepNs;
        this.sharpenTimers = sharpenTimers;
    }

    /** Before a receive that may wait. */
    void pause() {
        if (nextPauseNs > 0) {
            if (!sharpened) {
                sharpened = true;
                sharpenTimers.run();
            }
            sleepNs.accept(nextPauseNs);
            nextPauseNs = 0;
        }
    }

    /** After a batch of {@code packets}, which took all that was there unless {@code full}. */
    void batch(int packets, boolean full) {
        if (pauseNs == 0) {
            return;
        }
        long nowNs = clockNs.getAsLong();
        nextPauseNs = full ? 0 : pauseAtPaceOf(packets, nowNs - lastBatchNs, percentOfPause(nowNs));
        lastBatchNs = nowNs;
    }

    private long pauseAtPaceOf(int packets, long intervalNs, int percent) {
        long longestNs = pauseNs * percent / 100;
        boolean isWorthwhile = packets * longestNs >= intervalNs * WORTHWHILE_PACKETS;
        return isWorthwhile ? Math.min(longestNs, intervalNs * ENOUGH_PACKETS * percent / 100 / packets) : 0;
    }

    private int percentOfPause(long nowNs) {
        int idle = Math.max(BUSY_IDLE_PERCENT, Math.min(SPARE_IDLE_PERCENT, idlePercent.applyAsInt(nowNs)));
        return 100 - 50 * (idle - BUSY_IDLE_PERCENT) / (SPARE_IDLE_PERCENT - BUSY_IDLE_PERCENT);
    }
}
