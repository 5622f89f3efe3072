package dev.intercept.ipqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
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
        /** A packet for the handler. */
        PACKET,
        /** A packet of which only the id can be trusted. */
        UNREADABLE_PACKET,
        /** An acknowledgement or an error. */
        ANSWER,
        /** Nothing that can be used. */
        OTHER
    }

    /** A full receive buffer is reported once, before the packets that are still in it. */
    private static final int OVERRUNS_IN_A_ROW = 3;

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
        for (int overruns = 0; overruns < OVERRUNS_IN_A_ROW; overruns++) {
            int datagrams = socket.receive(received, limit);
            if (datagrams >= 0) {
                return datagrams;
            }
            if (datagrams == -Errno.EAGAIN || datagrams == -Errno.EINTR) {
                return 0;
            }
            if (datagrams != -Errno.ENOBUFS) {
                throw new BackendException(BackendException.Kind.REFUSED, Refusal.receiveFailed(-datagrams));
            }
            counters.overrun();
        }
        return 0;
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
        long present = bytes - layout.payloadOffset();
        if (present > 0) {
            long dataLength = layout.dataLength(memory, offset);
            if (dataLength > 0 && dataLength <= present) {
                return Kind.PACKET;
            }
        }
        counters.malformed(bytes);
        return Kind.UNREADABLE_PACKET;
    }

    private Kind malformed(int bytes) {
        counters.malformed(bytes);
        return Kind.OTHER;
    }

    /** Of a PACKET or an UNREADABLE_PACKET. */
    long packetId(int slot) {
        return layout.packetId(memory, received.offset(slot));
    }

    /** Of a PACKET: its bytes, position to limit, big-endian; valid until the next call. */
    ByteBuffer packet(int slot) {
        int begin = received.offset(slot) + layout.payloadOffset();
        int bytes = (int) layout.dataLength(memory, received.offset(slot));
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
