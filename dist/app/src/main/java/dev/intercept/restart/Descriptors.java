package dev.intercept.restart;

import com.sun.jna.LastErrorException;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The JDK's socket channels by the numbers of their file descriptors, which it keeps for itself: by reflection on a package that the
 * program's manifest opens ({@code Add-Opens}). The same in Java 17 to 25.
 */
final class Descriptors {

    /** In the place of a number. */
    static final int NONE = -1;

    /** In the place of the number of one that did not come through. */
    static final int MISSING = -2;

    private static final String BPF_MAP = "anon_inode:bpf-map";
    private static final String NIO = "sun.nio.ch.";

    private Descriptors() {}

    /** @throws IOException when this runtime has no such thing */
    static int of(Channel channel) throws IOException {
        return reflecting(() -> {
            Method number = open(Class.forName(NIO + "SelChImpl").getMethod("getFDVal"));
            return (int) number.invoke(channel);
        });
    }

    /** A connected socket. */
    static SocketChannel socket(int descriptor, ProtocolFamily family, SocketAddress peer) throws IOException {
        return reflecting(() -> {
            Constructor<?> constructor = open(Class.forName(NIO + "SocketChannelImpl")
                    .getDeclaredConstructor(
                            SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class, SocketAddress.class));
            return (SocketChannel)
                    constructor.newInstance(SelectorProvider.provider(), family, object(descriptor), peer);
        });
    }

    /** A socket that listens for TCP. */
    static ServerSocketChannel listener(int descriptor) throws IOException {
        return reflecting(() -> {
            Constructor<?> constructor = open(Class.forName(NIO + "ServerSocketChannelImpl")
                    .getDeclaredConstructor(
                            SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class, boolean.class));
            return (ServerSocketChannel) constructor.newInstance(
                    SelectorProvider.provider(), StandardProtocolFamily.INET, object(descriptor), true);
        });
    }

    /** By which it can be opened once more. */
    static String path(int descriptor) {
        return "/proc/self/fd/" + descriptor;
    }

    /** What is open in it: the same for each process that has it, and of nothing else; empty for {@link #NONE}. */
    static String file(int descriptor) throws IOException {
        String file = descriptor == NONE
                ? ""
                : Files.readSymbolicLink(Path.of(path(descriptor))).toString();
        return file.equals(BPF_MAP) ? file + " " + mapId(descriptor) : file;
    }

    /** All maps of bpf(2) are called the same. */
    private static String mapId(int descriptor) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).stream()
                .filter(line -> line.startsWith("map_id:"))
                .findFirst()
                .orElse("");
    }

    static void close(List<Integer> descriptors) {
        Libc libc = Libc.load();
        for (int descriptor : descriptors) {
            try {
                libc.close(descriptor);
            } catch (LastErrorException e) {
                // There is none.
            }
        }
    }

    private static FileDescriptor object(int descriptor) throws ReflectiveOperationException {
        return (FileDescriptor) open(Class.forName(NIO + "IOUtil").getDeclaredMethod("newFD", int.class))
                .invoke(null, descriptor);
    }

    private static <T extends AccessibleObject> T open(T member) {
        member.setAccessible(true);
        return member;
    }

    @FunctionalInterface
    private interface Reflection<T> {
        T run() throws ReflectiveOperationException;
    }

    private static <T> T reflecting(Reflection<T> reflection) throws IOException {
        try {
            return reflection.run();
        } catch (InvocationTargetException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IOException("this Java runtime does not hand its sockets out: " + e, e);
        }
    }
}
