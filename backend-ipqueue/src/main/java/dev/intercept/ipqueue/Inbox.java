package dev.intercept.ipqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.NetlinkError;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.spi.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The messages of one batch from the kernel, one in each slot, each checked before it is read. For the capture thread.
 *
 * <p>Nothing the kernel could send makes a method throw, but for a socket that is broken.
 */
final class Inbox {

    /** What a message is, as far as it must be treated differently. */
    enum Kind {
        /** A packet for the handler: empty where only its id can be trusted. */
        PACKET,
        /** An acknowledgement or an error. */
        ANSWER,
        /** Nothing that can be used. */
        OTHER
    }

    private final NetlinkSocket socket;
    private final PacketMessage layout;
    private final DatagramVector received;
    private final MessageCounters counters;
    private final ByteBuffer memory;
    private final ByteBuffer packets;

    Inbox(NetlinkSocket socket, int maxMessages, int copyRangeBytes, MessageCounters counters) {
        this.socket = socket;
        this.counters = counters;
        layout = PacketMessage.of(socket.calls().wordSize());
        // The kernel pads to a multiple of 4.
        received = new DatagramVector(socket.calls(), maxMessages, layout.payloadOffset() + copyRangeBytes + 3);
        memory = received.data();
        packets = memory.duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * Takes what waits, without waiting.
     *
     * @return the number of messages, 0 for none
     */
    int fetch(int limit) throws BackendException {
        int datagrams = socket.receive(received, limit);
        if (datagrams < 0) {
            throw new BackendException(BackendException.Kind.REFUSED, Refusal.receiveFailed(-datagrams));
        }
        return datagrams;
    }

    /** Waits until something may be there to fetch, or less. */
    void await(int timeoutMs) throws BackendException {
        int ready = socket.await(timeoutMs);
        if (ready < 0) {
            throw new BackendException(BackendException.Kind.REFUSED, Refusal.receiveFailed(-ready));
        }
    }

    Kind kind(int slot) {
        int bytes = received.length(slot);
        int offset = received.offset(slot);
        if (bytes < NetlinkHeader.BYTES) {
            return malformed(bytes);
        }
        int type = NetlinkHeader.type(memory, offset);
        if (type == PacketMessage.TYPE) {
            return packetKind(bytes, offset);
        }
        if (type == NetlinkHeader.NLMSG_ERROR) {
            return NetlinkError.isError(memory, offset, bytes) ? Kind.ANSWER : malformed(bytes);
        }
        counters.unknown(type);
        return Kind.OTHER;
    }

    private Kind packetKind(int bytes, int offset) {
        if (bytes < layout.minBytesForId()) {
            return malformed(bytes);
        }
        if (readableBytes(bytes, offset) == 0) {
            counters.malformed(bytes);
        }
        return Kind.PACKET;
    }

    /** How much of a packet is there, 0 where the lengths contradict each other. */
    private int readableBytes(int bytes, int offset) {
        int present = bytes - layout.payloadOffset();
        long claimed = present > 0 ? layout.dataLength(memory, offset) : 0;
        return claimed > 0 && claimed <= present ? (int) claimed : 0;
    }

    private Kind malformed(int bytes) {
        counters.malformed(bytes);
        return Kind.OTHER;
    }

    /** Of a PACKET. */
    long packetId(int slot) {
        return layout.packetId(memory, received.offset(slot));
    }

    /** Of a PACKET: its bytes, position to limit, big-endian; valid until the next call. */
    ByteBuffer packet(int slot) {
        int begin = received.offset(slot) + layout.payloadOffset();
        int bytes = readableBytes(received.length(slot), received.offset(slot));
        return packets.limit(begin + bytes).position(begin);
    }

    /** Of an ANSWER: 0 or an error number. */
    int errno(int slot) {
        return NetlinkError.errno(memory, received.offset(slot));
    }

    /** Of an ANSWER: the sequence number of the message it answers. */
    int answeredSequence(int slot) {
        return NetlinkHeader.sequence(memory, received.offset(slot));
    }
}
