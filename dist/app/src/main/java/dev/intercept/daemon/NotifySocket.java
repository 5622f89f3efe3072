package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A UNIX datagram socket, unix(7), connected to the service manager's; the JDK has only stream sockets of this family. Any
 * thread may send.
 *
 * <p>The address is a {@code sockaddr_un}:
 *
 * <pre>
 *   0      2                                                  110
 *   +------+---------------------------------------------------+
 *   |family| path, ending in NUL; or NUL and an abstract name  |
 *   +------+---------------------------------------------------+
 * </pre>
 */
final class NotifySocket implements AutoCloseable {

    /** socket(2), linux/net.h. */
    private static final int AF_UNIX = 1;

    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final int PATH_OFFSET = 2;
    private static final int MAX_PATH_BYTES = 107;

    /** The C library's calls; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int socket(int family, int type, int protocol) throws LastErrorException;

        int connect(int fd, byte[] address, int addressBytes) throws LastErrorException;

        NativeLong send(int fd, byte[] message, NativeLong messageBytes, int flags) throws LastErrorException;

        NativeLong sendmsg(int fd, Pointer message, int flags) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final Libc libc = Native.load("c", Libc.class);
    private final int fd;
    private boolean isClosed;

    /**
     * @param address a path, or {@code @} and an abstract name, as in {@code NOTIFY_SOCKET}
     * @throws IOException when nobody can be reached there
     */
    NotifySocket(String address) throws IOException {
        byte[] socketAddress = socketAddress(address);
        try {
            fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        } catch (LastErrorException e) {
            throw new IOException("no UNIX socket: " + e.getMessage(), e);
        }
        try {
            libc.connect(fd, socketAddress, socketAddress.length);
        } catch (LastErrorException e) {
            close();
            throw new IOException(address + ": " + e.getMessage(), e);
        }
    }

    /** An abstract name has no NUL at its end: each byte counted in the length belongs to it. */
    static byte[] socketAddress(String address) throws IOException {
        boolean isAbstract = address.startsWith("@");
        if (!isAbstract && !address.startsWith("/")) {
            throw new IOException(address + " is neither a path nor @ and an abstract name");
        }
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length > MAX_PATH_BYTES) {
            throw new IOException(address + " has " + path.length + " bytes, " + MAX_PATH_BYTES + " fit");
        }
        ByteBuffer bytes = ByteBuffer.allocate(PATH_OFFSET + path.length + (isAbstract ? 0 : 1))
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(path);
        if (isAbstract) {
            bytes.put(PATH_OFFSET, (byte) 0);
        }
        return bytes.array();
    }

    synchronized void send(String message) throws IOException {
        if (isClosed) {
            return;
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try {
            libc.send(fd, bytes, new NativeLong(bytes.length), 0);
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** With a copy of each of these file descriptors for who receives it, at most {@link DescriptorMessage#MAX_DESCRIPTORS}. */
    synchronized void send(String message, List<Integer> descriptors) throws IOException {
        try {
            libc.sendmsg(fd, new DescriptorMessage(message, descriptors).header(), 0);
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            libc.close(fd);
        }
    }
}
