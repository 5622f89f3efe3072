package dev.intercept.netlink;

import static dev.intercept.netlink.SystemCallException.checked;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One netlink socket, netlink(7), and what wakes the thread that waits for it. Receiving does not wait; sending waits for the
 * peer's receive buffer, as long as {@link #limitSendTime} allows. Allocates nothing once it is open.
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
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_NO_ENOBUFS = 5;

    private static final int EPOLLIN = 1;
    private static final int EPOLL_EVENT_MAX_BYTES = 16;

    /** struct sockaddr_nl: family u16 (0), padding u16, port id u32 (4), groups u32 (8). */
    private static final int ADDRESS_BYTES = 12;

    private static final int ADDRESS_PORT_ID_OFFSET = 4;
    private static final int SCRATCH_LENGTH_OFFSET = 16;

    /** Above every process id (PID_MAX_LIMIT is 4194304), so that explicit port ids meet nobody's automatic one. */
    private static final int FIRST_EXPLICIT_PORT_ID = 0x4000_0000;

    private static final int EXPLICIT_PORT_ID_TRIES = 1024;

    private static final Logger LOG = System.getLogger(NetlinkSocket.class.getName());

    private final SystemCalls calls;
    private final NativeMemory scratch;
    private final NativeMemory scratchLength;
    private final NativeMemory events;
    private final int fd;
    private int portId;
    private int epollFd = -1;
    private int wakeFd = -1;
    private final Retries receiving;
    private final Retries sending;
    private final Retries waiting;
    private volatile long overruns;
    private boolean isReady;
    private boolean hasRecvmmsg = true;
    private boolean hasSendmmsg = true;

    /**
     * Opens a socket whose peer is the kernel, at a port that the kernel chooses.
     *
     * @param protocol {@link #NETLINK_NETFILTER}
     */
    public NetlinkSocket(SystemCalls calls, int protocol) throws SystemCallException {
        this(calls, protocol, 0);
    }

    /** @param wantedPortId 0 lets the kernel choose */
    public NetlinkSocket(SystemCalls calls, int protocol, int wantedPortId) throws SystemCallException {
        this(
                calls,
                checked(
                        "socket(AF_NETLINK, SOCK_RAW, " + protocol + ")",
                        calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)),
                () -> wantedPortId);
    }

    /** A socket that the program before in this process has opened. Closed when this fails. */
    public static NetlinkSocket resumed(SystemCalls calls, int fd) throws SystemCallException {
        return new NetlinkSocket(calls, fd, null);
    }

    /** @param wantedPortId null for a socket that is bound */
    private NetlinkSocket(SystemCalls calls, int fd, @Nullable IntSupplier wantedPortId) throws SystemCallException {
        this.calls = calls;
        this.fd = fd;
        receiving = new Retries(calls);
        sending = new Retries(calls);
        waiting = new Retries(calls);
        scratch = calls.allocate(32);
        scratchLength = scratch.at(SCRATCH_LENGTH_OFFSET);
        events = calls.allocate(2 * EPOLL_EVENT_MAX_BYTES);
        try {
            if (wantedPortId != null) {
                putAddress(wantedPortId.getAsInt());
                checked("bind of a netlink socket", calls.bind(fd, scratch, ADDRESS_BYTES));
            }
            readPortId();
            makeWaitable();
        } catch (SystemCallException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens a socket whose port id is positive as a signed number, for peers that insist on it: the second port that the kernel
     * chooses for a process is negative.
     */
    public static NetlinkSocket withPositivePort(SystemCalls calls, int protocol) throws SystemCallException {
        NetlinkSocket socket = new NetlinkSocket(calls, protocol);
        if (socket.portId > 0) {
            return socket;
        }
        socket.close();
        for (int i = 1; ; i++) {
            try {
                return new NetlinkSocket(calls, protocol, FIRST_EXPLICIT_PORT_ID + i);
            } catch (SystemCallException e) {
                if (e.errno() != Errno.EADDRINUSE || i == EXPLICIT_PORT_ID_TRIES) {
                    throw e;
                }
            }
        }
    }

    private void readPortId() throws SystemCallException {
        scratch.buffer().putInt(SCRATCH_LENGTH_OFFSET, ADDRESS_BYTES);
        checked("getsockname of a netlink socket", calls.getsockname(fd, scratch, scratchLength));
        portId = scratch.buffer().getInt(ADDRESS_PORT_ID_OFFSET);
    }

    private void putAddress(int port) {
        scratch.buffer().putLong(0, 0).putInt(8, 0);
        scratch.buffer().putShort(0, (short) AF_NETLINK).putInt(ADDRESS_PORT_ID_OFFSET, port);
    }

    private void makeWaitable() throws SystemCallException {
        epollFd = checked("epoll_create1", calls.epollCreate(EFD_CLOEXEC));
        wakeFd = checked("eventfd", calls.eventfd(0, EFD_CLOEXEC));
        events.buffer().putInt(0, EPOLLIN);
        checked("epoll_ctl", calls.epollAdd(epollFd, fd, events));
        checked("epoll_ctl", calls.epollAdd(epollFd, wakeFd, events));
    }

    /** Makes one port the peer: 0 is the kernel. Afterwards nothing that others send is received. */
    public void connect(int peerPortId) throws SystemCallException {
        putAddress(peerPortId);
        checked("connect of a netlink socket", calls.connect(fd, scratch, ADDRESS_BYTES));
    }

    public SystemCalls calls() {
        return calls;
    }

    public int fd() {
        return fd;
    }

    /** The address that the kernel gave this socket; it names the owner of a queue in {@code /proc}. */
    public int portId() {
        return portId;
    }

    /**
     * Asks the kernel to drop, and count, what does not fit into the receive buffer, without an ENOBUFS error and without
     * a pause until the buffer was read empty. Kernels before 2.6.30 cannot.
     */
    public void refuseOverrunErrors() {
        scratch.buffer().putInt(0, 1);
        int result = calls.setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, scratch, Integer.BYTES);
        if (result < 0) {
            LOG.log(
                    Level.INFO,
                    "no NETLINK_NO_ENOBUFS here, " + Errno.text(-result) + ": overruns are read as errors instead");
        }
    }

    /** How long sending waits at most for room at the peer, in seconds; then it fails with EAGAIN. */
    public void limitSendTime(int seconds) throws SystemCallException {
        WordSize word = calls.wordSize();
        word.put(scratch.buffer(), 0, seconds);
        word.put(scratch.buffer(), word.bytes(), 0);
        checked("SO_SNDTIMEO", calls.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, scratch, 2 * word.bytes()));
    }

    /**
     * Makes the receive buffer larger, past net.core.rmem_max where this process may. That of a socket that is resumed
     * stays, whatever this process may.
     *
     * @param bytes as the kernel accounts them, its own overhead included
     * @return bytes that the buffer has now
     */
    public int enlargeReceiveBuffer(int bytes) throws SystemCallException {
        int present = receiveBufferBytes();
        if (present == bytes) {
            return present;
        }
        // The kernel doubles what it is given, for its overhead: socket(7).
        scratch.buffer().putInt(0, bytes / 2);
        int forced = calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, scratch, Integer.BYTES);
        if (forced < 0) {
            checked("SO_RCVBUF", calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratch, Integer.BYTES));
        }
        return receiveBufferBytes();
    }

    private int receiveBufferBytes() throws SystemCallException {
        scratch.buffer().putInt(SCRATCH_LENGTH_OFFSET, Integer.BYTES);
        checked("SO_RCVBUF", calls.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratch, scratchLength));
        return scratch.buffer().getInt(0);
    }

    /**
     * Receives the datagrams that wait into the slots of {@code into}, from slot 0 on. Does not wait.
     *
     * @param limit most datagrams, 1 or more
     * @return how many there are, 0 when none waits; or a negated error number, which has not passed within {@link
     *     Retries#LIMIT_MS}
     */
    public int receive(DatagramVector into, int limit) {
        int received;
        do {
            received = receiveOnce(into, Math.min(limit, into.slots()));
            if (received >= 0) {
                isReady = false;
                receiving.succeeded();
                return received;
            }
            if (received == -Errno.EAGAIN) {
                // A socket that stays ready and has nothing would be waited for without a wait.
                return !isReady || receiving.again(Errno.EAGAIN) ? 0 : received;
            }
            overruns += received == -Errno.ENOBUFS ? 1 : 0;
        } while (receiving.again(-received));
        return received;
    }

    private int receiveOnce(DatagramVector into, int most) {
        if (hasRecvmmsg) {
            int received = calls.recvmmsg(fd, into.header(0), most, MSG_DONTWAIT);
            if (received != -Errno.ENOSYS) {
                return received;
            }
            hasRecvmmsg = false;
            LOG.log(Level.INFO, "no recvmmsg here, " + Errno.text(-received) + ": one system call for each packet");
        }
        return receiveOneByOne(into, most);
    }

    private int receiveOneByOne(DatagramVector into, int limit) {
        int slot = 0;
        while (slot < limit) {
            int bytes = calls.recvmsg(fd, into.header(slot), MSG_DONTWAIT);
            if (bytes < 0) {
                // The kernel reports an error again, or it has passed, when it is asked again.
                return slot > 0 ? slot : bytes;
            }
            into.setLength(slot++, bytes);
        }
        return slot;
    }

    /**
     * Sends the first {@code bytes} of slot 0 as one datagram. The kernel acts on it before this returns.
     *
     * @return 0 or more; or a negated error number, which has not passed within {@link Retries#LIMIT_MS}
     */
    public int send(DatagramVector from, int bytes) {
        from.setCapacity(0, bytes);
        int sent;
        do {
            sent = calls.sendmsg(fd, from.header(0), 0);
        } while (sent < 0 && sending.again(-sent));
        sending.succeeded();
        return sent;
    }

    /**
     * Sends the datagrams in the slots 0 to {@code count - 1}, each as long as its capacity.
     *
     * @return 0 when all were taken; or a negated error number, which has not passed within {@link Retries#LIMIT_MS}
     */
    public int sendAll(DatagramVector from, int count) {
        int next = 0;
        while (next < count) {
            int sent = sendSome(from, next, count - next);
            if (sent > 0) {
                next += sent;
                sending.succeeded();
            } else if (!sending.again(-sent)) {
                sending.succeeded();
                return sent;
            }
        }
        return 0;
    }

    private int sendSome(DatagramVector from, int first, int count) {
        if (hasSendmmsg) {
            int sent = calls.sendmmsg(fd, from.header(first), count, 0);
            if (sent != -Errno.ENOSYS) {
                return sent;
            }
            hasSendmmsg = false;
            LOG.log(Level.INFO, "no sendmmsg here, " + Errno.text(-sent) + ": one system call for each verdict");
        }
        return Math.min(1, calls.sendmsg(fd, from.header(first), 0));
    }

    /**
     * Waits for a datagram or {@link #wake}, or less when a signal comes.
     *
     * @param timeoutMs longest wait in milliseconds, 0 or more
     * @return more than 0 when there is something, 0 when not; or a negated error number, which does not pass by itself
     */
    public int await(int timeoutMs) {
        int ready = calls.epollWait(epollFd, events, 2, timeoutMs);
        if (ready >= 0) {
            isReady = ready > 0;
            waiting.succeeded();
            return ready;
        }
        return waiting.again(-ready) ? 0 : ready;
    }

    /** How often the kernel said that the receive buffer was full. Any thread. */
    public long overruns() {
        return overruns;
    }

    /** How often a call was made again because of an error that passes by itself. Any thread. */
    public long retries() {
        return receiving.count() + sending.count() + waiting.count();
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
