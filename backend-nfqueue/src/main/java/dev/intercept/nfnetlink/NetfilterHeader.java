package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import java.nio.ByteBuffer;

/**
 * {@code struct nfgenmsg}, behind the netlink header in every message of a netfilter subsystem.
 *
 * <pre>
 *    0   nlmsghdr      (16)  type: subsystem in the high byte, message in the low byte
 *   16   nfgen_family  u8    AF_INET, AF_INET6 …
 *   17   version       u8    NFNETLINK_V0
 *   18   res_id        u16   big-endian: the number of the queue or group
 *   20   attributes
 * </pre>
 *
 * linux/netfilter/nfnetlink.h. All offsets are from {@code at}.
 */
public final class NetfilterHeader {

    /** Bytes of both headers: where attributes begin. */
    public static final int BYTES = 20;

    public static final int AF_UNSPEC = 0;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    private static final int FAMILY_OFFSET = 16;
    private static final int VERSION_OFFSET = 17;
    private static final int RESOURCE_OFFSET = 18;

    private NetfilterHeader() {}

    /** Writes both headers; the length is that of a message without attributes. */
    public static void put(ByteBuffer out, int at, int type, int flags, int sequence, int family, int resource) {
        NetlinkHeader.put(out, at, BYTES, type, flags, sequence, 0);
        out.put(at + FAMILY_OFFSET, (byte) family);
        out.put(at + VERSION_OFFSET, (byte) 0);
        NetworkOrder.putUint16(out, at + RESOURCE_OFFSET, resource);
    }

    public static int family(ByteBuffer in, int at) {
        return in.get(at + FAMILY_OFFSET) & 0xff;
    }
}
