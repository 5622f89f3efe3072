package dev.intercept.nfnetlink;

import static dev.intercept.nfnetlink.SystemCallException.checked;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * One netlink socket, netlink(7), and what wakes the thread that waits for it. Non-blocking.
 *
 * <p>Thread rule: one thread at a time; {@link #wake} from any thread until {@link #close}.
 */
public final class NetlinkSocket implements AutoCloseable {

    /** linux/netlink.h */
    public static final int NETLINK_NETFILTER = 12;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC = SOCK_CLOEXEC;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_NO_ENOBUFS = 5;

    private static final int EPOLLIN = 1;
    private static final int EPOLL_EVENT_MAX_BYTES = 16;

    /** struct sockaddr_nl: family u16 (0), padding u16, port id u32 (4), groups u32 (8). */
    private static final int ADDRESS_BYTES = 12;

    private static final int ADDRESS_PORT_ID_OFFSET = 4;
    private static final int SCRATCH_LENGTH_OFFSET = 16;

    private static final Logger LOG = System.getLogger(NetlinkSocket.class.getName());

    private final SystemCalls calls;
    private final NativeBlock scratch = new NativeBlock(32);
    private final NativeBlock events = new NativeBlock(2 * EPOLL_EVENT_MAX_BYTES);
    private final int fd;
    private int epollFd = -1;
    private int wakeFd = -1;
    private boolean hasRecvmmsg = true;

    /**
     * Opens a socket whose peer is the kernel.
     *
     * @param protocol {@link #NETLINK_NETFILTER}
     */
    public NetlinkSocket(SystemCalls calls, int protocol) throws SystemCallException {
        this.calls = calls;
        fd = checked(
                "socket(AF_NETLINK, SOCK_RAW, " + protocol + ")",
                calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
        try {
            putAddress(0);
            checked("bind of a netlink socket", calls.bind(fd, scratch.pointer(), ADDRESS_BYTES));
            makeWaitable();
        } catch (SystemCallException e) {
            close();
            throw e;
        }
    }

    private void putAddress(int portId) {
        scratch.buffer().putLong(0, 0).putInt(8, 0);
        scratch.buffer().putShort(0, (short) AF_NETLINK).putInt(ADDRESS_PORT_ID_OFFSET, portId);
    }

    private void makeWaitable() throws SystemCallException {
        epollFd = checked("epoll_create1", calls.epollCreate(EFD_CLOEXEC));
        wakeFd = checked("eventfd", calls.eventfd(0, EFD_CLOEXEC));
        events.buffer().putInt(0, EPOLLIN);
        checked("epoll_ctl", calls.epollAdd(epollFd, fd, events.pointer()));
        checked("epoll_ctl", calls.epollAdd(epollFd, wakeFd, events.pointer()));
    }

    /** Makes another socket the peer, instead of the kernel. */
    public void connect(int peerPortId) throws SystemCallException {
        putAddress(peerPortId);
        checked("connect of a netlink socket", calls.connect(fd, scratch.pointer(), ADDRESS_BYTES));
    }

    /** The address that the kernel gave this socket; it names the owner of a queue in {@code /proc}. */
    public int portId() throws SystemCallException {
        scratch.buffer().putInt(SCRATCH_LENGTH_OFFSET, ADDRESS_BYTES);
        checked(
                "getsockname of a netlink socket",
                calls.getsockname(fd, scratch.pointer(), scratch.pointer().share(SCRATCH_LENGTH_OFFSET)));
        return scratch.buffer().getInt(ADDRESS_PORT_ID_OFFSET);
    }

    /**
     * Asks the kernel to drop, and count, what does not fit into the receive buffer, without an ENOBUFS error and without
     * a pause until the buffer was read empty. Kernels before 2.6.30 cannot.
     */
    public void refuseOverrunErrors() {
        scratch.buffer().putInt(0, 1);
        int result = calls.setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, scratch.pointer(), Integer.BYTES);
        if (result < 0) {
            LOG.log(
                    Level.INFO,
                    "no NETLINK_NO_ENOBUFS here, " + Errno.text(-result) + ": overruns are read as errors instead");
        }
    }

    /**
     * Makes the receive buffer larger, past net.core.rmem_max where this process may.
     *
     * @param bytes as the kernel accounts them, its own overhead included
     * @return bytes that the buffer has now
     */
    public int enlargeReceiveBuffer(int bytes) throws SystemCallException {
        // The kernel doubles what it is given, for its overhead: socket(7).
        scratch.buffer().putInt(0, bytes / 2);
        int forced = calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, scratch.pointer(), Integer.BYTES);
        if (forced < 0) {
            checked("SO_RCVBUF", calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratch.pointer(), Integer.BYTES));
        }
        scratch.buffer().putInt(SCRATCH_LENGTH_OFFSET, Integer.BYTES);
        checked(
                "SO_RCVBUF",
                calls.getsockopt(
                        fd,
                        SOL_SOCKET,
                        SO_RCVBUF,
                        scratch.pointer(),
                        scratch.pointer().share(SCRATCH_LENGTH_OFFSET)));
        return scratch.buffer().getInt(0);
    }

    /**
     * Receives the datagrams that wait into the slots of {@code into}, from slot 0 on. Does not wait, allocates nothing.
     *
     * @param limit most datagrams, 1 to the number of slots
     * @return how many there are, or a negated error number; {@code -EAGAIN} when none waits
     */
    public int receive(MessageVector into, int limit) {
        if (hasRecvmmsg) {
            int received = calls.recvmmsg(fd, into.header(0), limit, MSG_DONTWAIT);
            if (received != -Errno.ENOSYS) {
                return received;
            }
            hasRecvmmsg = false;
            LOG.log(Level.INFO, "no recvmmsg here, " + Errno.text(-received) + ": one system call for each packet");
        }
        return receiveOneByOne(into, limit);
    }

    private int receiveOneByOne(MessageVector into, int limit) {
        int slot = 0;
        while (slot < limit) {
            int bytes = calls.recvmsg(fd, into.header(slot), MSG_DONTWAIT);
            if (bytes < 0) {
                return slot > 0 ? slot : bytes;
            }
            into.setLength(slot++, bytes);
        }
        return slot;
    }

    /**
     * Sends the first {@code bytes} of slot 0 as one datagram. The kernel acts on it before this returns. Allocates nothing.
     *
     * @return 0 or more, or a negated error number
     */
    public int send(MessageVector from, int bytes) {
        from.setDataLength(0, bytes);
        int result;
        do {
            result = calls.sendmsg(fd, from.header(0), 0);
        } while (result == -Errno.EINTR);
        return result;
    }

    /**
     * Waits for a datagram or {@link #wake}. Allocates nothing.
     *
     * @param timeoutMs longest wait in milliseconds, 0 or more
     * @return more than 0 when there is something, 0 when the time was up, or a negated error number
     */
    public int await(int timeoutMs) {
        return calls.epollWait(epollFd, events.pointer(), 2, timeoutMs);
    }

    /** Ends the {@link #await} that waits and all later ones at once. */
    public void wake() {
        calls.eventfdWrite(wakeFd, 1);
    }

    @Override
    public void close() {
        closeIfOpen(fd);
        closeIfOpen(epollFd);
        closeIfOpen(wakeFd);
    }

    private void closeIfOpen(int anyFd) {
        if (anyFd >= 0) {
            calls.close(anyFd);
        }
    }
}
