package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * {@code struct nlattr}: a length, a type, a value.
 *
 * <pre>
 *    0   nla_len    u16   of header and value, without the padding behind
 *    2   nla_type   u16   the two highest bits are flags
 *    4   value, then 0 to 3 bytes so that the next attribute begins at a multiple of 4
 * </pre>
 *
 * Native byte order; linux/netlink.h.
 */
public final class NetlinkAttribute {

    public static final int HEADER_BYTES = 4;

    private static final int TYPE_OFFSET = 2;
    private static final int TYPE_MASK = 0x3fff;

    private NetlinkAttribute() {}

    /** Bytes of header and value, as sent, right or wrong. */
    public static int length(ByteBuffer in, int at) {
        return in.getShort(at) & 0xffff;
    }

    public static int type(ByteBuffer in, int at) {
        return in.getShort(at + TYPE_OFFSET) & TYPE_MASK;
    }

    public static void put(ByteBuffer out, int at, int type, int valueBytes) {
        out.putShort(at, (short) (HEADER_BYTES + valueBytes));
        out.putShort(at + TYPE_OFFSET, (short) type);
    }

    /** The next multiple of 4. */
    public static int align(int bytes) {
        return (bytes + 3) & ~3;
    }
}
