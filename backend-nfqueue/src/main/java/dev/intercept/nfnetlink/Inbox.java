package dev.intercept.nfnetlink;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.spi.BackendException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a queue or group sent: the datagrams received and not yet looked at, their messages one by one, and the packets in them.
 * Allocates nothing.
 *
 * <p>Thread rule: the polling thread.
 */
public final class Inbox {

    private static final Logger LOG = System.getLogger(Inbox.class.getName());

    private final String subject;
    private final NetlinkSocket socket;
    private final DatagramVector received;
    private final MessageCursor message = new MessageCursor();
    private final MessageCounts counts;
    private final ByteBuffer packets;
    private final ByteBuffer notIp = ByteBuffer.allocateDirect(1);
    private int slot;
    private int slots;

    /**
     * @param subject begins each error text, {@code "nfqueue:0"}
     * @param requests what the backend says to the kernel while it polls, {@code "verdicts"}
     */
    public Inbox(String subject, NetlinkSocket socket, int slots, int slotBytes, String requests) {
        this.subject = subject;
        this.socket = socket;
        received = new DatagramVector(socket.calls(), slots, slotBytes);
        packets = received.data().duplicate().order(ByteOrder.BIG_ENDIAN);
        counts = new MessageCounts(requests);
    }

    /** The present message. */
    public MessageCursor message() {
        return message;
    }

    /** Messages that were no packet to hand over. */
    public MessageCounts counts() {
        return counts;
    }

    /** Waits for a datagram, or less. */
    public void await(int timeoutMs) throws BackendException {
        check("waiting for packets", socket.await(timeoutMs));
    }

    /** Goes to the next message among those received; false when there is none. */
    public boolean next() {
        while (!message.next()) {
            if (slot == slots) {
                return false;
            }
            message.begin(received.data(), received.offset(slot), received.length(slot));
            slot++;
        }
        return true;
    }

    /**
     * Receives datagrams and goes to the first message; false when none waits.
     *
     * @param limit most datagrams
     */
    public boolean receive(int limit) throws BackendException {
        check("receiving packets", receiveDatagrams(limit));
        return next();
    }

    /** Receives datagrams, in front of the first message; how many, 0 when none waits, or a negated error number. */
    int receiveDatagrams(int limit) {
        int datagrams = socket.receive(received, limit);
        if (datagrams > 0) {
            slots = datagrams;
            rewind();
        }
        return datagrams;
    }

    /** Goes back in front of the first of the messages received last. */
    void rewind() {
        message.skip();
        slot = 0;
    }

    private void check(String what, int result) throws BackendException {
        if (result < 0) {
            throw new BackendException(
                    BackendException.Kind.REFUSED, subject + ": " + what + " failed: " + Errno.text(-result));
        }
    }

    /**
     * Shows a packet in the present message to a handler: one buffer, moved from packet to packet. What is not IP (a bridge's
     * rule can match ARP) is shown as a zero byte, the version of no IP.
     *
     * @param offset where in the messages' memory the packet begins
     * @param bytes how many bytes of it are there, 0 or more
     */
    public ByteBuffer packet(boolean isIp, int offset, int bytes) {
        return isIp ? packets.limit(offset + bytes).position(offset) : notIp.clear();
    }

    /** Says in one line what came besides packets, if anything did. */
    public void logCounts() {
        counts.log(LOG, Level.INFO, subject, message.malformed(), socket);
    }
}
