package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/**
 * {@code struct nlmsghdr} of linux/netlink.h, which begins every netlink message. Native byte order.
 *
 * <pre>
 *   0        4      6      8          12         16
 *   +--------+------+------+----------+----------+
 *   | length | type | flags| sequence | port id  |
 *   +--------+------+------+----------+----------+
 * </pre>
 *
 * {@code length} counts this header too. What the kernel sends has flags, sequence and port id 0, but for an answer.
 */
final class NetlinkHeader {

    static final int BYTES = 16;

    /** {@code NLMSG_ERROR}: an error, or with error 0 the acknowledgement that {@link #FLAG_ACK} asked for. */
    static final int TYPE_ERROR = 2;

    /** {@code NLM_F_REQUEST}. */
    static final int FLAG_REQUEST = 1;
    /** {@code NLM_F_MULTI}. */
    static final int FLAG_MULTI = 2;
    /** {@code NLM_F_ACK}. */
    static final int FLAG_ACK = 4;

    private static final int LENGTH_OFFSET = 0;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int PORT_ID_OFFSET = 12;

    private NetlinkHeader() {}

    static long length(ByteBuffer memory, int offset) {
        return memory.getInt(offset + LENGTH_OFFSET) & 0xffff_ffffL;
    }

    static int type(ByteBuffer memory, int offset) {
        return memory.getShort(offset + TYPE_OFFSET) & 0xffff;
    }

    static int flags(ByteBuffer memory, int offset) {
        return memory.getShort(offset + FLAGS_OFFSET) & 0xffff;
    }

    static int sequence(ByteBuffer memory, int offset) {
        return memory.getInt(offset + SEQUENCE_OFFSET);
    }

    static int portId(ByteBuffer memory, int offset) {
        return memory.getInt(offset + PORT_ID_OFFSET);
    }

    static void write(ByteBuffer memory, int offset, int length, int type, int flags, int sequence, int portId) {
        memory.putInt(offset + LENGTH_OFFSET, length);
        memory.putShort(offset + TYPE_OFFSET, (short) type);
        memory.putShort(offset + FLAGS_OFFSET, (short) flags);
        memory.putInt(offset + SEQUENCE_OFFSET, sequence);
        memory.putInt(offset + PORT_ID_OFFSET, portId);
    }
}
