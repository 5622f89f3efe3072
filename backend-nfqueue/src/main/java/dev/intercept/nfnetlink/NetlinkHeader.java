package dev.intercept.nfnetlink;

import java.nio.ByteBuffer;

/**
 * {@code struct nlmsghdr} and, behind it in every message of a netfilter subsystem, {@code struct nfgenmsg}.
 *
 * <pre>
 *    0   nlmsg_len     u32   of the whole message, both headers included; need not be a multiple of 4
 *    4   nlmsg_type    u16   subsystem in the high byte, message in the low byte; below 16: netlink's own
 *    6   nlmsg_flags   u16
 *    8   nlmsg_seq     u32   an answer has that of its request
 *   12   nlmsg_pid     u32   port id of the sender, 0 for the kernel
 *   16   nfgen_family  u8    AF_INET, AF_INET6 …
 *   17   version       u8    NFNETLINK_V0
 *   18   res_id        u16   big-endian: the number of the queue or group
 *   20   attributes
 * </pre>
 *
 * Native byte order but for res_id; linux/netlink.h, linux/netfilter/nfnetlink.h. All offsets are from {@code at}.
 */
public final class NetlinkHeader {

    /** Bytes of {@code struct nlmsghdr}. */
    public static final int BYTES = 16;

    /** Bytes of both headers: where attributes begin. */
    public static final int ATTRIBUTES_OFFSET = 20;

    /** A type of netlink's own: an error, or an acknowledgement when the error is 0. */
    public static final int NLMSG_ERROR = 2;

    /** A type of netlink's own: the end of a datagram with several messages. */
    public static final int NLMSG_DONE = 3;

    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_ACK = 4;

    public static final int AF_UNSPEC = 0;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    private static final int LENGTH_OFFSET = 0;
    private static final int TYPE_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int PORT_ID_OFFSET = 12;
    private static final int FAMILY_OFFSET = 16;
    private static final int VERSION_OFFSET = 17;
    private static final int RESOURCE_OFFSET = 18;
    private static final int ERROR_OFFSET = 16;
    private static final int ERROR_BYTES = 20;

    private NetlinkHeader() {}

    /** Writes both headers; the length is that of a message without attributes. */
    public static void put(ByteBuffer out, int at, int type, int flags, int sequence, int family, int resource) {
        out.putInt(at + LENGTH_OFFSET, ATTRIBUTES_OFFSET);
        out.putShort(at + TYPE_OFFSET, (short) type);
        out.putShort(at + FLAGS_OFFSET, (short) flags);
        out.putInt(at + SEQUENCE_OFFSET, sequence);
        out.putInt(at + PORT_ID_OFFSET, 0);
        out.put(at + FAMILY_OFFSET, (byte) family);
        out.put(at + VERSION_OFFSET, (byte) 0);
        NetworkOrder.putUint16(out, at + RESOURCE_OFFSET, resource);
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

    public static int family(ByteBuffer in, int at) {
        return in.get(at + FAMILY_OFFSET) & 0xff;
    }

    /** The number of the queue or group. */
    public static int resource(ByteBuffer in, int at) {
        return NetworkOrder.uint16(in, at + RESOURCE_OFFSET);
    }

    /** Whether a message of so many bytes is an NLMSG_ERROR that is long enough to have its error number. */
    public static boolean isError(ByteBuffer in, int at, int bytes) {
        return bytes >= ERROR_BYTES && type(in, at) == NLMSG_ERROR;
    }

    /** The positive error number of an NLMSG_ERROR, 0 for an acknowledgement. */
    public static int errno(ByteBuffer in, int at) {
        return -in.getInt(at + ERROR_OFFSET);
    }
}
