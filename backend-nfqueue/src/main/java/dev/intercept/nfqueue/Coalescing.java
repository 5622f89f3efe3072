package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.JnaSystemCalls;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets packets gather when they come briskly: a pause before the next receive instead of a wake-up for each packet. Light
 * traffic is never held up, nor is a queue that already has more than a batch.
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

    private final long pauseNs;
    private final LongSupplier clockNs;
    private final LongConsumer sleepNs;
    private final Runnable sharpenTimers;
    private boolean sharpened;
    private long lastBatchNs;
    private long nextPauseNs;

    /** @param pauseNs how long packets may gather at most; 0 for not at all */
    Coalescing(JnaSystemCalls calls, long pauseNs) {
        this(pauseNs, System::nanoTime, ns -> calls.sleepUs((int) (ns / 1000)), calls::sharpenTimers);
    }

    /** @param sharpenTimers called once, on the polling thread, before it sleeps */
    Coalescing(long pauseNs, LongSupplier clockNs, LongConsumer sleepNs, Runnable sharpenTimers) {
        this.pauseNs = pauseNs;
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
        nextPauseNs = full ? 0 : pauseAtPaceOf(packets, nowNs - lastBatchNs);
        lastBatchNs = nowNs;
    }

    private long pauseAtPaceOf(int packets, long intervalNs) {
        boolean isWorthwhile = packets * pauseNs >= intervalNs * WORTHWHILE_PACKETS;
        return isWorthwhile ? Math.min(pauseNs, intervalNs * ENOUGH_PACKETS / packets) : 0;
    }
}
