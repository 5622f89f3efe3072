package dev.intercept.ipqueue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.types.intptr_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C library through jnr-ffi: the few calls this backend needs, and memory they can be pointed at.
 *
 * <p>All parameters are primitive and addresses are numbers, so a call allocates nothing. No call has six parameters:
 * jnr-ffi 2.2 hands the sixth over wrongly on x86-64, which is why sockets here are connected instead of using {@code
 * sendto}.
 */
final class Native {

    /** The functions, as their man pages declare them. Public because jnr-ffi implements it in another class loader. */
    public interface Libc {
        int socket(int domain, int type, int protocol);

        int bind(int fd, @intptr_t long address, int addressBytes);

        int connect(int fd, @intptr_t long address, int addressBytes);

        int getsockname(int fd, @intptr_t long address, @intptr_t long addressBytes);

        int setsockopt(int fd, int level, int option, @intptr_t long value, int valueBytes);

        int getsockopt(int fd, int level, int option, @intptr_t long value, @intptr_t long valueBytes);

        @ssize_t
        long recv(int fd, @intptr_t long bytes, @size_t long length, int flags);

        @ssize_t
        long send(int fd, @intptr_t long bytes, @size_t long length, int flags);

        /** Linux 2.6.33; every C library that Java 17 runs on has the symbol, so only ENOSYS has to be expected. */
        int recvmmsg(int fd, @intptr_t long vector, int length, int flags, @intptr_t long timeout);

        /** Linux 3.0. */
        int sendmmsg(int fd, @intptr_t long vector, int length, int flags);

        int poll(@intptr_t long pollfds, @intptr_t long count, int timeoutMs);

        int eventfd(int initial, int flags);

        @ssize_t
        long write(int fd, @intptr_t long bytes, @size_t long length);

        int close(int fd);
    }

    private static final Libc LIBC = LibraryLoader.create(Libc.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    private Native() {}

    /** @throws LinkageError when jnr-ffi cannot load its native part */
    static Libc libc() {
        return LIBC;
    }

    /** The error number of this thread's last call that failed. */
    static int errno() {
        return RUNTIME.getLastError();
    }

    /** How wide {@code long} and pointers of this process are. */
    static WordSize wordSize() {
        return RUNTIME.addressSize() == WordSize.BITS_64.bytes() ? WordSize.BITS_64 : WordSize.BITS_32;
    }

    /** Zeroed memory outside the heap, in native byte order; freed when the buffer is no longer reachable. */
    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Where byte 0 of a buffer from {@link #allocate} lies, wherever its position is. */
    static long address(ByteBuffer memory) {
        return Pointer.wrap(RUNTIME, memory.duplicate().clear()).address();
    }
}
