package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * {@code struct nlmsghdr}, which begins every netlink message. Native byte order; linux/netlink.h. Offsets are from {@code at}.
 *
 * <pre>
 *    0   nlmsg_len     u32   of the whole message, this header included; need not be a multiple of 4
 *    4   nlmsg_type    u16   below 16: netlink's own
 *    6   nlmsg_flags   u16
 *    8   nlmsg_seq     u32   an answer has that of its request
 *   12   nlmsg_pid     u32   port id of the sender, 0 for the kernel
 * </pre>
 */
public final class NetlinkHeader {

    public static final int BYTES = 16;

    /** A type of netlink's own: an error, or an acknowledgement when the error is 0. */
    public static final int NLMSG_ERROR = 2;

    /** A type of netlink's own: the end of a datagram or dump with several messages. */
    public static final int NLMSG_DONE = 3;

    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_MULTI = 2;
    public static final int NLM_F_ACK = 4;

    private static final int LENGTH_OFFSET = 0;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int PORT_ID_OFFSET = 12;

    private NetlinkHeader() {}

    public static void put(ByteBuffer out, int at, int bytes, int type, int flags, int sequence, int portId) {
        putLength(out, at, bytes);
        out.putShort(at + TYPE_OFFSET, (short) type);
        out.putShort(at + FLAGS_OFFSET, (short) flags);
        out.putInt(at + SEQUENCE_OFFSET, sequence);
        out.putInt(at + PORT_ID_OFFSET, portId);
    }

    /** As sent, right or wrong: negative when it is 2^31 or more. */
    public static int length(ByteBuffer in, int at) {
        return in.getInt(at + LENGTH_OFFSET);
    }

    public static void putLength(ByteBuffer out, int at, int bytes) {
        out.putInt(at + LENGTH_OFFSET, bytes);
    }

    public static int type(ByteBuffer in, int at) {
        return in.getShort(at + TYPE_OFFSET) & 0xffff;
    }

    public static int flags(ByteBuffer in, int at) {
        return in.getShort(at + FLAGS_OFFSET) & 0xffff;
    }

    public static int sequence(ByteBuffer in, int at) {
        return in.getInt(at + SEQUENCE_OFFSET);
    }
}
