package dev.intercept.pcap;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Notices that a device went down or away and that it came back, says each once, and knows when to look again.
 *
 * <p>What libpcap does with a device that goes down differs between versions: some end the capture with an error, 1.10.3 says
 * nothing and goes on when the device is up again. A device that is removed ends the capture. Thread rule: one thread.
 */
final class DeviceWatch {

    private static final System.Logger LOG = System.getLogger(DeviceWatch.class.getName());

    /** A look costs three system calls, and only where no packet came. */
    static final int LOOK_INTERVAL_MS = 250;

    private final String lane;
    private final String device;
    private final Supplier<DeviceState> state;
    private final LongSupplier nanoClock;
    private final boolean hasState;
    private boolean announced;
    private long goneSinceNs;
    private long nextLookNs;

    /** @param state of the device, which is open now: one that seems not to be up has no state, like {@code any} */
    DeviceWatch(String lane, String device, Supplier<DeviceState> state, LongSupplier nanoClock) {
        this.lane = lane;
        this.device = device;
        this.state = state;
        this.nanoClock = nanoClock;
        hasState = state.get() == DeviceState.UP;
        nextLookNs = nanoClock.getAsLong();
    }

    /** No packet came: looks why, if it is time. */
    void idle() {
        if (!hasState || msToLook() > 0) {
            return;
        }
        lookAgainIn(LOOK_INTERVAL_MS);
        DeviceState now = state.get();
        switch (now) {
            case DOWN, GONE -> announceLoss(now);
            case UP -> {
                if (announced) {
                    announceReturn();
                }
            }
            case UNKNOWN -> {} // Looked at again soon.
        }
    }

    /** libpcap ended the capture: whether that is because the device went, so that it is to be opened when it is back. */
    boolean hasGone() {
        DeviceState now = hasState ? state.get() : DeviceState.UP;
        if (now == DeviceState.DOWN || now == DeviceState.GONE) {
            announceLoss(now);
        }
        nextLookNs = nanoClock.getAsLong();
        return now == DeviceState.DOWN || now == DeviceState.GONE;
    }

    /** Whether opening the device may succeed now. */
    boolean mayBeUp() {
        return !hasGone();
    }

    /** Whether it is time to open the device again, and it can be opened. */
    boolean canBeOpened() {
        if (msToLook() > 0) {
            return false;
        }
        lookAgainIn(LOOK_INTERVAL_MS);
        return !hasState || state.get() == DeviceState.UP;
    }

    /** The device was opened again. */
    void reopened() {
        if (announced) {
            announceReturn();
        }
    }

    /** Milliseconds until a look is due, rounded up; 0 when it is. */
    int msToLook() {
        long ns = Math.max(0, nextLookNs - nanoClock.getAsLong());
        return (int) TimeUnit.NANOSECONDS.toMillis(ns + 999_999);
    }

    private void lookAgainIn(int intervalMs) {
        nextLookNs = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(intervalMs);
    }

    private void announceLoss(DeviceState now) {
        if (announced) {
            return;
        }
        announced = true;
        goneSinceNs = nanoClock.getAsLong();
        LOG.log(
                Level.WARNING,
                "{0}: {1}",
                lane,
                now == DeviceState.DOWN
                        ? device + " is down; capture goes on by itself when it is up again: ip link set " + device
                                + " up"
                        : "there is no device " + device
                                + " any more; capture goes on by itself when one of that name is there and up");
    }

    private void announceReturn() {
        announced = false;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - goneSinceNs);
        LOG.log(Level.INFO, "{0}: capture goes on after {1} s; what passed meanwhile was not seen", lane, seconds);
    }
}
