package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/**
 * One netlink(7) socket, connected to the kernel's side of a protocol. Methods for one thread.
 *
 * <p>{@code struct sockaddr_nl}, 12 bytes: family u16 (0), padding u16 (2), port id u32 (4), groups u32 (8).
 */
final class NetlinkSocket {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int ADDRESS_BYTES = 12;
    private static final int ADDRESS_PORT_ID_OFFSET = 4;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_NO_ENOBUFS = 5;

    /** Longer than the kernel ever takes; without it a test kernel that hangs would hang the capture thread. */
    private static final int SEND_TIMEOUT_S = 1;

    /** Above every process id (PID_MAX_LIMIT is 4194304), so that explicit port ids meet nobody's automatic one. */
    private static final int FIRST_EXPLICIT_PORT_ID = 0x4000_0000;

    private static final int EXPLICIT_PORT_ID_TRIES = 1024;

    private final int fd;
    private final ByteBuffer scratch = Native.allocate(32);
    private final long scratchAddress = Native.address(scratch);
    private int portId;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** Opens, binds and connects a socket. @param kernelPortId 0, the kernel */
    static NetlinkSocket open(int protocol, int kernelPortId) throws SystemCallException {
        NetlinkSocket socket = bound(protocol, 0);
        if (socket.portId <= 0) {
            // ip_queue wants a positive number in every message; the second automatic one of a process is negative.
            socket.close();
            socket = boundExplicitly(protocol);
        }
        try {
            socket.connect(kernelPortId);
        } catch (SystemCallException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /** @param wantedPortId 0 lets the kernel choose */
    static NetlinkSocket bound(int protocol, int wantedPortId) throws SystemCallException {
        NetlinkSocket socket = create(protocol);
        try {
            socket.bind(wantedPortId);
        } catch (SystemCallException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    private static NetlinkSocket boundExplicitly(int protocol) throws SystemCallException {
        for (int i = 1; ; i++) {
            try {
                return bound(protocol, FIRST_EXPLICIT_PORT_ID + i);
            } catch (SystemCallException e) {
                if (e.errno() != Errno.EADDRINUSE || i == EXPLICIT_PORT_ID_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Not bound yet: whether this much works tells whether the kernel has the protocol. */
    static NetlinkSocket create(int protocol) throws SystemCallException {
        int fd = Native.libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        if (fd < 0) {
            throw new SystemCallException("socket(AF_NETLINK, SOCK_RAW, " + protocol + ")", Native.errno());
        }
        return new NetlinkSocket(fd);
    }

    private void bind(int wantedPortId) throws SystemCallException {
        check("bind", Native.libc().bind(fd, address(wantedPortId), ADDRESS_BYTES));
        int lengthOffset = 16;
        scratch.putInt(lengthOffset, ADDRESS_BYTES);
        check("getsockname", Native.libc().getsockname(fd, scratchAddress, scratchAddress + lengthOffset));
        portId = scratch.getInt(ADDRESS_PORT_ID_OFFSET);
    }

    /** Afterwards the kernel refuses whatever another process would send to this socket. */
    private void connect(int kernelPortId) throws SystemCallException {
        check("connect", Native.libc().connect(fd, address(kernelPortId), ADDRESS_BYTES));
    }

    private long address(int addressPortId) {
        scratch.putShort(0, (short) AF_NETLINK);
        scratch.putInt(ADDRESS_PORT_ID_OFFSET, addressPortId);
        scratch.putInt(8, 0);
        return scratchAddress;
    }

    /**
     * Asks for a receive buffer of this size, past net.core.rmem_max where CAP_NET_ADMIN allows it.
     *
     * @return the size the socket has now, which the kernel doubles for its own needs
     */
    int setReceiveBuffer(int bytes) throws SystemCallException {
        if (setOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes) != 0) {
            check("setsockopt(SO_RCVBUF)", setOption(SOL_SOCKET, SO_RCVBUF, bytes));
        }
        int lengthOffset = 16;
        scratch.putInt(lengthOffset, Integer.BYTES);
        check(
                "getsockopt(SO_RCVBUF)",
                Native.libc().getsockopt(fd, SOL_SOCKET, SO_RCVBUF, scratchAddress, scratchAddress + lengthOffset));
        return scratch.getInt(0);
    }

    /** Whether the kernel (2.6.30 and later) will drop packets silently, instead of stopping, when the buffer is full. */
    boolean setNoEnobufs() {
        return setOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1) == 0;
    }

    void setSendTimeout(WordSize word) throws SystemCallException {
        word.put(scratch, 0, SEND_TIMEOUT_S);
        word.put(scratch, word.bytes(), 0);
        check(
                "setsockopt(SO_SNDTIMEO)",
                Native.libc().setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, scratchAddress, 2 * word.bytes()));
    }

    private int setOption(int level, int option, int value) {
        scratch.putInt(0, value);
        return Native.libc().setsockopt(fd, level, option, scratchAddress, Integer.BYTES);
    }

    int fd() {
        return fd;
    }

    /** Who this socket is to the kernel: positive after {@link #open}. */
    int portId() {
        return portId;
    }

    void close() {
        Native.libc().close(fd);
    }

    private static void check(String operation, int result) throws SystemCallException {
        if (result < 0) {
            throw new SystemCallException(operation, Native.errno());
        }
    }
}
