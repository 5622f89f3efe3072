package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * {@code NLMSG_ERROR}, {@code struct nlmsgerr}: the kernel's answer to one message. Native byte order; linux/netlink.h.
 *
 * <pre>
 *    0   nlmsghdr   (16)  type 2
 *   16   error      s32   0 for an acknowledgement, otherwise a negated error number
 *   20   nlmsghdr   (16)  of the message that is answered; for an error its body follows
 * </pre>
 */
public final class NetlinkError {

    /** Of an answer that has its error number. */
    public static final int MIN_BYTES = 20;

    private static final int ERROR_OFFSET = 16;

    private NetlinkError() {}

    /** Whether a message of so many bytes is an answer, and long enough to have its error number. */
    public static boolean isError(ByteBuffer in, int at, int bytes) {
        return bytes >= MIN_BYTES && NetlinkHeader.type(in, at) == NetlinkHeader.NLMSG_ERROR;
    }

    /** The positive error number, 0 for an acknowledgement. */
    public static int errno(ByteBuffer in, int at) {
        return -in.getInt(at + ERROR_OFFSET);
    }

    /** Whether a message of so many bytes answers the request of this sequence number. */
    public static boolean answers(int sequence, ByteBuffer in, int at, int bytes) {
        return isError(in, at, bytes) && NetlinkHeader.sequence(in, at) == sequence;
    }
}
