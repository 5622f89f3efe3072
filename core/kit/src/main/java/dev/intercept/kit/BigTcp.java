package dev.intercept.kit;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Has a device take IPv4 segments above 64 KiB, whose total length is 0, as {@code ip link set dev DEV gso_ipv4_max_size BYTES}
 * does since iproute2 6.3. Linux 6.3 and later.
 *
 * <pre>
 *   RTM_SETLINK, rtnetlink(7), this host's byte order
 *    0   length    type 19   flags: request, acknowledge    sequence   port         nlmsghdr
 *   16   family(1) (1)  type(2)  index(4)  flags(4)  change(4)                      ifinfomsg
 *   32   8  63  bytes    8  64  bytes       IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE
 * </pre>
 */
public final class BigTcp {

    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int MESSAGE_BYTES = 48;
    private static final short RTM_SETLINK = 19;
    private static final short NLM_F_REQUEST_ACK = 5;
    private static final short IFLA_GSO_IPV4_MAX_SIZE = 63;
    private static final short IFLA_GRO_IPV4_MAX_SIZE = 64;
    private static final int ERROR_OFFSET = 16;

    private BigTcp() {}

    /** For a device in the calling thread's namespace. */
    public static void allow(String device, int segmentBytes) throws IOException {
        int fd = KitLibc.socket(AF_NETLINK, KitLibc.SOCK_RAW | KitLibc.SOCK_CLOEXEC, NETLINK_ROUTE);
        try {
            byte[] request = request(KitLibc.if_nametoindex(device), segmentBytes);
            byte[] kernel = ByteBuffer.allocate(12)
                    .order(ByteOrder.nativeOrder())
                    .putShort((short) AF_NETLINK)
                    .array();
            KitLibc.sendto(fd, request, request.length, 0, kernel, kernel.length);
            byte[] answer = new byte[1024];
            KitLibc.recv(fd, answer, answer.length, 0);
            int error = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(ERROR_OFFSET);
            if (error != 0) {
                throw new IOException("gso_ipv4_max_size of " + device + " cannot be set: errno " + -error);
            }
        } catch (LastErrorException e) {
            throw KitLibc.failure("RTM_SETLINK of " + device, e);
        } finally {
            KitLibc.close(fd);
        }
    }

    private static byte[] request(int index, int segmentBytes) {
        ByteBuffer out = ByteBuffer.allocate(MESSAGE_BYTES).order(ByteOrder.nativeOrder());
        out.putInt(MESSAGE_BYTES).putShort(RTM_SETLINK).putShort(NLM_F_REQUEST_ACK);
        out.putInt(0).putInt(0);
        out.putInt(0).putInt(index).putInt(0).putInt(0);
        out.putShort((short) 8).putShort(IFLA_GSO_IPV4_MAX_SIZE).putInt(segmentBytes);
        out.putShort((short) 8).putShort(IFLA_GRO_IPV4_MAX_SIZE).putInt(segmentBytes);
        return out.array();
    }
}
