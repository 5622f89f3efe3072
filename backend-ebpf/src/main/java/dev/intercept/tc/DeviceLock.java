package dev.intercept.tc;

import static dev.intercept.netlink.SystemCallException.checked;

import com.sun.jna.Native;
import dev.intercept.netlink.SystemCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says that a living process holds one direction of a device: a socket bound to an abstract name, unix(7), which belongs to the
 * network namespace as devices do. The kernel frees it with its process, however that ends.
 */
public final class DeviceLock implements AutoCloseable {

    private static final String NAME = "dev.intercept.ebpf/";
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;

    /** Field 6 of a line in /proc/net/unix. */
    private static final int INODE_FIELD = 6;

    private static final int NAME_FIELD = 7;

    private final int fd;

    private DeviceLock(int fd) {
        this.fd = fd;
    }

    /** Takes it in the network namespace of the calling thread. @throws SystemCallException with EADDRINUSE when it is held */
    public static DeviceLock take(Device device, Direction direction) throws SystemCallException {
        int fd = Libc.calls.socket(AF_UNIX, SOCK_DGRAM | Rtnetlink.SOCK_CLOEXEC, 0);
        checked("socket(AF_UNIX)", fd < 0 ? -Native.getLastError() : fd);
        byte[] address = address(name(device, direction));
        if (Libc.calls.bind(fd, address, address.length) < 0) {
            int errno = Native.getLastError();
            Libc.calls.close(fd);
            throw new SystemCallException("bind to @" + name(device, direction), errno);
        }
        return new DeviceLock(fd);
    }

    private static String name(Device device, Direction direction) {
        return NAME + device.index() + "/" + direction;
    }

    /** struct sockaddr_un: family u16, then a zero and the name. */
    private static byte[] address(String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Short.BYTES + 1 + text.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put((byte) 0)
                .put(text)
                .array();
    }

    /** Who holds it: {@code "java (process 4711)"}; {@code "another process"} where it may not be seen. */
    public static String holder(Device device, Direction direction) {
        return inode(name(device, direction)).flatMap(DeviceLock::owner).orElse("another process");
    }

    /** Whether somebody does, as far as can be read. */
    public static boolean isHeld(Device device, Direction direction) {
        return inode(name(device, direction)).isPresent();
    }

    private static Optional<String> inode(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/unix"))) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(fields -> fields.length > NAME_FIELD && fields[NAME_FIELD].equals("@" + name))
                    .map(fields -> fields[INODE_FIELD])
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> owner(String inode) {
        Path socket = Path.of("socket:[" + inode + "]");
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), socket))
                .map(process -> command(process.pid()) + " (process " + process.pid() + ")")
                .findFirst();
    }

    private static boolean holds(long pid, Path socket) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.anyMatch(descriptor -> isLinkTo(descriptor, socket));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean isLinkTo(Path descriptor, Path socket) {
        try {
            return Files.readSymbolicLink(descriptor).equals(socket);
        } catch (IOException e) {
            return false;
        }
    }

    private static String command(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException e) {
            return "a program";
        }
    }

    @Override
    public void close() {
        Libc.calls.close(fd);
    }
}
