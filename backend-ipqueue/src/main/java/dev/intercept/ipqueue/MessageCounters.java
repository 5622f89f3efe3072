package dev.intercept.ipqueue;

import dev.intercept.netlink.Errno;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What was wrong with the messages between the kernel and one backend. Each kind is logged when it is first seen and the
 * counts when the backend closes. Written by the capture thread; any thread may read.
 */
final class MessageCounters {

    private static final Logger LOG = System.getLogger(MessageCounters.class.getName());

    private static final String STAYS_QUEUED =
            "its packet stays queued until intercept stops. \"cat /proc/net/ip_queue\" shows"
                    + " how many wait; start intercept again if they grow";

    private volatile long packets;
    private volatile long malformed;
    private volatile long unknown;
    private volatile long notQueued;
    private volatile long errors;

    /** Packets received, each of which got a verdict. */
    void packets(int count) {
        packets += count;
    }

    /** A message too short for its type, or whose lengths contradict each other. A packet in it was dropped. */
    void malformed(long receivedBytes) {
        if (malformed++ == 0) {
            LOG.log(
                    Level.WARNING,
                    "ipqueue: a message of {0} bytes from the kernel contradicts its own lengths; its packet is dropped. "
                            + "Compare \"uname -m\" with this Java: a 32-bit Java cannot use ip_queue of a 64-bit kernel",
                    Long.toString(receivedBytes));
        }
    }

    /** A message of a type that ip_queue does not send; ignored. */
    void unknown(int type) {
        if (unknown++ == 0) {
            LOG.log(
                    Level.WARNING,
                    "ipqueue: ignored a netlink message of the type {0}, which ip_queue does not send; please report it with "
                            + "the output of \"uname -a\"",
                    Integer.toString(type));
        }
    }

    /** The kernel's answer to a verdict: why it was refused, or 0. */
    void answer(int errno) {
        if (errno == 0) {
            return;
        }
        if (errno == Errno.ENOENT) {
            // The packet left the queue by itself, for example because its device went down.
            notQueued++;
        } else if (errors++ == 0) {
            LOG.log(
                    Level.WARNING,
                    "ipqueue: the kernel refused a verdict with {0}; " + STAYS_QUEUED,
                    Errno.text(errno));
        }
    }

    long packets() {
        return packets;
    }

    long malformed() {
        return malformed;
    }

    long unknown() {
        return unknown;
    }

    /** Verdicts for packets that were no longer queued. */
    long notQueued() {
        return notQueued;
    }

    long errors() {
        return errors;
    }

    /** One line for the log. */
    @Override
    public String toString() {
        return "packets=" + packets + " malformed=" + malformed + " unknown=" + unknown + " not_queued=" + notQueued
                + " errors=" + errors;
    }
}
