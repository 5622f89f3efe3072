package dev.intercept.nflog;

import dev.intercept.spi.KernelStats;
import java.util.List;

/**
 * What a group delivered, and what the numbers of its packets say was lost: the kernel numbers what it logs, whether or not
 * there was room to hand it up.
 *
 * <p>Thread rule: written by the polling thread, read by any.
 */
final class GroupReadings {

    /** Name of the loss; never changes. */
    static final String NFLOG_DROPPED = "nflog_dropped";

    private final String remedy;
    private volatile long received;
    private volatile long dropped;

    /** Of the polling thread alone, until it publishes. */
    private long packets;

    private long missing;
    private int nextSequence;

    /**
     * @param remedy what to do when {@link #NFLOG_DROPPED} grows
     * @param state what {@link #state} returned of those that these follow; empty for a new group
     */
    GroupReadings(String remedy, String state) {
        this.remedy = remedy;
        if (!state.isEmpty()) {
            String[] numbers = state.split(" ");
            packets = Long.parseLong(numbers[0]);
            missing = Long.parseLong(numbers[1]);
            nextSequence = Integer.parseInt(numbers[2]);
            publish();
        }
    }

    /** For readings that go on from here; once the polling thread has ended. */
    String state() {
        return packets + " " + missing + " " + nextSequence;
    }

    /** Counts a packet. */
    void add(LogMessage message) {
        packets++;
        if (message.hasSequence()) {
            // A step back would be a kernel that began again: nothing is missing then.
            missing += Math.max(0, message.sequence() - nextSequence);
            nextSequence = message.sequence() + 1;
        }
    }

    /** Shows the counts so far to all threads. */
    void publish() {
        received = packets;
        dropped = missing;
    }

    KernelStats read() {
        return new KernelStats(
                0,
                received,
                List.of(new KernelStats.Loss(
                        NFLOG_DROPPED, dropped, "headers found the socket's buffer full", remedy)));
    }
}
