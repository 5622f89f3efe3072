package dev.intercept.rtnetlink;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A socket on which the kernel answers requests one by one, of the network namespace of the thread that opened it.
 *
 * <p>Thread rule: one thread at a time. Nothing waits: the kernel answers before the sending of a request returns.
 */
public final class RtnetlinkSocket implements AutoCloseable {

    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_MULTI = 2;

    /** The kernel fills at most this for a dump, netlink(7). */
    private static final int RECEIVE_BYTES = 32 * 1024;

    /** The C library's calls; an error comes as an exception with its errno. */
    private static final class Libc {
        static {
            Native.register(Libc.class, "c");
        }

        static native int socket(int family, int type, int protocol) throws LastErrorException;

        static native NativeLong send(int fd, byte[] data, NativeLong bytes, int flags) throws LastErrorException;

        static native NativeLong recv(int fd, byte[] data, NativeLong bytes, int flags) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;
    }

    private final int fd;
    private final byte[] received = new byte[RECEIVE_BYTES];
    private int sequence;

    /** Opens it; reading needs no privilege, changing CAP_NET_ADMIN. */
    public RtnetlinkSocket() throws RtnetlinkException {
        try {
            fd = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        } catch (LastErrorException e) {
            throw new RtnetlinkException("socket(AF_NETLINK, NETLINK_ROUTE)", e.getErrorCode());
        }
    }

    /**
     * Sends a request and returns what the kernel says to it; nothing for one that only wants an acknowledgement.
     *
     * @throws RtnetlinkException with the kernel's error number
     */
    List<RtnetlinkMessage> ask(RtnetlinkRequest request, int familyHeaderBytes) throws RtnetlinkException {
        List<RtnetlinkMessage> answers = new ArrayList<>();
        try {
            byte[] bytes = request.bytes(++sequence);
            Libc.send(fd, bytes, new NativeLong(bytes.length), 0);
            boolean isMore = true;
            while (isMore) {
                int count = Libc.recv(fd, received, new NativeLong(received.length), MSG_DONTWAIT)
                        .intValue();
                isMore = take(ByteBuffer.wrap(received, 0, count), request, familyHeaderBytes, answers);
            }
        } catch (LastErrorException e) {
            throw new RtnetlinkException(request.what(), e.getErrorCode());
        }
        return answers;
    }

    /** Takes the messages of one datagram; false when the last one of the answer was among them. */
    private boolean take(ByteBuffer in, RtnetlinkRequest request, int familyHeaderBytes, List<RtnetlinkMessage> answers)
            throws RtnetlinkException {
        in.order(ByteOrder.nativeOrder());
        boolean isMore = true;
        while (in.remaining() >= RtnetlinkRequest.HEADER_BYTES) {
            int begin = in.position();
            int length = Math.min(in.getInt(), in.limit() - begin);
            int type = in.getShort() & 0xffff;
            int flags = in.getShort() & 0xffff;
            boolean isAnswer = in.getInt() == sequence && length >= RtnetlinkRequest.HEADER_BYTES + Integer.BYTES;
            in.getInt();
            if (isAnswer && type == NLMSG_ERROR) {
                check(request, -in.getInt());
                isMore = false;
            } else if (isAnswer && type == NLMSG_DONE) {
                isMore = false;
            } else if (isAnswer) {
                ByteBuffer payload = in.duplicate().limit(begin + length);
                answers.add(new RtnetlinkMessage(payload, familyHeaderBytes));
                isMore &= (flags & NLM_F_MULTI) != 0 || request.wantsAcknowledgement();
            }
            in.position(Math.min(
                    in.limit(), begin + Math.max(RtnetlinkRequest.HEADER_BYTES, RtnetlinkRequest.align(length))));
        }
        return isMore;
    }

    private static void check(RtnetlinkRequest request, int errno) throws RtnetlinkException {
        if (errno != 0) {
            throw new RtnetlinkException(request.what(), errno);
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
