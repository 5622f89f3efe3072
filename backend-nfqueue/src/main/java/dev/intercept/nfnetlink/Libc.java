package dev.intercept.nfnetlink;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The C library's calls, mapped directly: no argument is converted and nothing is allocated.
 *
 * <p>Only calls without a {@code size_t} in their signature, so that one mapping holds for 32-bit and 64-bit systems.
 */
final class Libc {

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int socket(int family, int type, int protocol);

    static native int bind(int fd, Pointer address, int addressBytes);

    static native int connect(int fd, Pointer address, int addressBytes);

    static native int getsockname(int fd, Pointer address, Pointer addressBytes);

    static native int setsockopt(int fd, int level, int name, Pointer value, int valueBytes);

    static native int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes);

    static native int sendmsg(int fd, Pointer message, int flags);

    static native int sendmmsg(int fd, Pointer messages, int count, int flags);

    static native int recvmsg(int fd, Pointer message, int flags);

    static native int recvmmsg(int fd, Pointer messages, int count, int flags, Pointer timeout);

    static native int epoll_create1(int flags);

    static native int epoll_ctl(int epollFd, int operation, int fd, Pointer event);

    static native int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs);

    static native int eventfd(int initial, int flags);

    static native int eventfd_write(int fd, long value);

    static native int close(int fd);

    static native int prctl(int option, int value);

    static native int usleep(int us);
}
