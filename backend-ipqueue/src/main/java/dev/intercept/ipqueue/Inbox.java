package dev.intercept.ipqueue;

import dev.intercept.spi.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The messages of one batch from the kernel, each checked before it is read. For the capture thread.
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

    private final PacketMessage layout;
    private final MessageVector vector;
    private final Receiver receiver;
    private final MessageCounters counters;
    private final ByteBuffer memory;
    private final ByteBuffer[] payloads;

    Inbox(NetlinkSocket socket, WordSize word, int maxMessages, int copyRangeBytes, MessageCounters counters) {
        this.counters = counters;
        layout = PacketMessage.of(word);
        // The kernel pads to a multiple of 4.
        vector = new MessageVector(word, maxMessages, layout.payloadOffset() + copyRangeBytes + 3);
        receiver = new Receiver(socket.fd(), vector);
        memory = vector.memory();
        payloads = new ByteBuffer[maxMessages];
        for (int slot = 0; slot < maxMessages; slot++) {
            int start = vector.slotOffset(slot) + layout.payloadOffset();
            payloads[slot] = memory.slice(start, vector.slotBytes() - layout.payloadOffset());
        }
    }

    /**
     * Takes what waits, without waiting.
     *
     * @return the number of messages, 0 for none
     */
    int fetch(int limit) throws BackendException {
        for (int overruns = 0; overruns < OVERRUNS_IN_A_ROW; overruns++) {
            int received = receiver.receive(limit);
            if (received >= 0) {
                return received;
            }
            if (received == -Errno.EAGAIN || received == -Errno.EINTR) {
                return 0;
            }
            if (received != -Errno.ENOBUFS) {
                throw new BackendException(BackendException.Kind.REFUSED, Refusal.receiveFailed(-received));
            }
            counters.overrun();
        }
        return 0;
    }

    Kind kind(int slot) {
        int bytes = receivedBytes(slot);
        int offset = vector.slotOffset(slot);
        if (bytes < NetlinkHeader.BYTES) {
            return malformed(bytes);
        }
        int type = NetlinkHeader.type(memory, offset);
        if (type == PacketMessage.TYPE) {
            return packetKind(bytes, offset);
        }
        if (type == NetlinkHeader.TYPE_ERROR) {
            return bytes >= NetlinkError.MIN_BYTES ? Kind.ANSWER : malformed(bytes);
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
        return layout.packetId(memory, vector.slotOffset(slot));
    }

    /** Of a PACKET: its bytes, position 0 to limit, big-endian; valid until the next fetch. */
    ByteBuffer packet(int slot) {
        int dataLength = (int) layout.dataLength(memory, vector.slotOffset(slot));
        return payloads[slot].clear().limit(dataLength).order(ByteOrder.BIG_ENDIAN);
    }

    /** Of an ANSWER: 0 or an error number. */
    int errno(int slot) {
        return NetlinkError.errno(memory, vector.slotOffset(slot));
    }

    /** Of an ANSWER: the sequence number of the message it answers. */
    int answeredSequence(int slot) {
        return NetlinkError.answeredSequence(memory, vector.slotOffset(slot));
    }

    /** A datagram that was cut is as long as its slot. */
    private int receivedBytes(int slot) {
        return Math.min(vector.receivedBytes(slot), vector.slotBytes());
    }

    boolean receivesOneByOne() {
        return receiver.receivesOneByOne();
    }
}
