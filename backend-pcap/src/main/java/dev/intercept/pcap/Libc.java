package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** The few functions of the C library that this backend calls; see section 2 and 3 of the manual. Linux. */
final class Libc {

    /** sys/epoll.h. */
    static final int EPOLLIN = 0x001;

    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CLOEXEC = 0x80000;

    /** sys/eventfd.h. */
    static final int EFD_CLOEXEC = 0x80000;

    static final int EFD_NONBLOCK = 0x800;

    /** sys/socket.h. */
    static final int AF_INET = 2;

    static final int SOCK_DGRAM = 2;
    static final int SOCK_CLOEXEC = 0x80000;

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native @Nullable Pointer fmemopen(Pointer buffer, NativeLong bytes, String mode);

    static native void rewind(Pointer file);

    static native int fflush(Pointer file);

    static native int fclose(Pointer file);

    static native int eventfd(int initialValue, int flags);

    static native int epoll_create1(int flags);

    static native int epoll_ctl(int epollFd, int operation, int fd, Pointer event);

    static native int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs);

    static native NativeLong write(int fd, Pointer buffer, NativeLong bytes);

    static native int close(int fd);

    static native int socket(int domain, int type, int protocol);

    static native int ioctl(int fd, NativeLong request, Pointer argument);

    static native int setsockopt(int fd, int level, int name, Pointer value, int valueBytes);

    static native int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes);
}
