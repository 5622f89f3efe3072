package dev.intercept.tc;

import static dev.intercept.netlink.SystemCallException.checked;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkError;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A socket on which the kernel answers requests one by one, of the network namespace of the thread that opened it.
 *
 * <p>Thread rule: one thread at a time. Nothing waits: the kernel answers before the sending of a request returns.
 */
public final class Rtnetlink implements AutoCloseable {

    static final int AF_NETLINK = 16;
    static final int NETLINK_ROUTE = 0;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_DONTWAIT = 0x40;

    /** The kernel fills at most this for a dump, netlink(7). */
    static final int RECEIVE_BYTES = 32 * 1024;

    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES).order(ByteOrder.nativeOrder());
    private final MessageCursor message = new MessageCursor();
    private final int fd;
    private int sequence;

    /** Reading needs no privilege, changing CAP_NET_ADMIN. */
    public Rtnetlink() throws SystemCallException {
        int opened = Libc.calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        fd = checked("socket(AF_NETLINK, NETLINK_ROUTE)", opened < 0 ? -Native.getLastError() : opened);
    }

    /** Makes a request whose answer is that it was done. @throws SystemCallException with the kernel's error number */
    void demand(Request request) throws SystemCallException {
        ask(request, answer -> {});
    }

    /** Makes a request and shows each message of the answer, which is valid during that call only. */
    void ask(Request request, Consumer<MessageCursor> listener) throws SystemCallException {
        ByteBuffer bytes = request.message(++sequence);
        NativeLong sent = Libc.calls.send(fd, Native.getDirectBufferPointer(bytes), new NativeLong(bytes.limit()), 0);
        checked(request.what(), sent.intValue() < 0 ? -Native.getLastError() : 0);
        boolean isMore = true;
        while (isMore) {
            NativeLong count = Libc.calls.recv(
                    fd, Native.getDirectBufferPointer(received), new NativeLong(RECEIVE_BYTES), MSG_DONTWAIT);
            checked(request.what(), count.intValue() < 0 ? -Native.getLastError() : 0);
            message.begin(received, 0, count.intValue());
            isMore = take(request, listener);
        }
    }

    /** Takes the messages of one datagram; false when the last one of the answer was among them. */
    private boolean take(Request request, Consumer<MessageCursor> listener) throws SystemCallException {
        while (message.next()) {
            int type = NetlinkHeader.type(message.data(), message.at());
            if (NetlinkHeader.sequence(message.data(), message.at()) != sequence) {
                continue;
            }
            if (NetlinkError.isError(message.data(), message.at(), message.bytes())) {
                checked(request.what(), -NetlinkError.errno(message.data(), message.at()));
                return false;
            }
            if (type == NetlinkHeader.NLMSG_DONE) {
                return false;
            }
            listener.accept(message);
        }
        return true;
    }

    @Override
    public void close() {
        Libc.calls.close(fd);
    }
}
