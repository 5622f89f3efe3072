package dev.intercept.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** The C library's calls, mapped directly: nothing is allocated by those without a {@link NativeLong}. */
final class Libc {

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    /** syscall(2) for a call of three arguments. */
    static native NativeLong syscall(NativeLong number, NativeLong a, Pointer b, NativeLong c);

    static native Pointer mmap(Pointer address, NativeLong bytes, int protection, int flags, int fd, NativeLong offset);

    static native int munmap(Pointer address, NativeLong bytes);

    static native int getpagesize();

    static native int epoll_create1(int flags);

    static native int epoll_ctl(int epollFd, int operation, int fd, Pointer event);

    static native int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs);

    static native int eventfd(int initial, int flags);

    static native int eventfd_write(int fd, long value);

    static native int usleep(int us);

    static native int prctl(int option, int value);

    static native int close(int fd);
}
