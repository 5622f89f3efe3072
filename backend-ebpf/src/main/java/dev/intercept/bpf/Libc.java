package dev.intercept.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The C library's calls, mapped directly: nothing is allocated by those without a {@link NativeLong}.
 *
 * <p>This is the border to the kernel: a test makes any of them fail here, any thread.
 */
class Libc {

    /** What the package calls. */
    static volatile Libc calls = new Libc();

    private static final class Direct {

        static {
            Native.register(Direct.class, "c");
        }

        private Direct() {}

        static native NativeLong syscall(NativeLong number, NativeLong a, Pointer b, NativeLong c);

        static native Pointer mmap(
                Pointer address, NativeLong bytes, int protection, int flags, int fd, NativeLong offset);

        static native int munmap(Pointer address, NativeLong bytes);

        static native int getpagesize();

        static native int epoll_create1(int flags);

        static native int epoll_ctl(int epollFd, int operation, int fd, Pointer event);

        static native int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs);

        static native int eventfd(int initial, int flags);

        static native int eventfd_write(int fd, long value);

        static native int usleep(int us);

        static native int prctl(int option, int value);

        static native int getrlimit(int resource, long[] limits);

        static native int setrlimit(int resource, long[] limits);

        static native int close(int fd);
    }

    /** syscall(2) for a call of three arguments. */
    NativeLong syscall(NativeLong number, NativeLong a, Pointer b, NativeLong c) {
        return Direct.syscall(number, a, b, c);
    }

    Pointer mmap(Pointer address, NativeLong bytes, int protection, int flags, int fd, NativeLong offset) {
        return Direct.mmap(address, bytes, protection, flags, fd, offset);
    }

    int munmap(Pointer address, NativeLong bytes) {
        return Direct.munmap(address, bytes);
    }

    int getpagesize() {
        return Direct.getpagesize();
    }

    int epoll_create1(int flags) {
        return Direct.epoll_create1(flags);
    }

    int epoll_ctl(int epollFd, int operation, int fd, Pointer event) {
        return Direct.epoll_ctl(epollFd, operation, fd, event);
    }

    int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs) {
        return Direct.epoll_wait(epollFd, events, maxEvents, timeoutMs);
    }

    int eventfd(int initial, int flags) {
        return Direct.eventfd(initial, flags);
    }

    int eventfd_write(int fd, long value) {
        return Direct.eventfd_write(fd, value);
    }

    int usleep(int us) {
        return Direct.usleep(us);
    }

    int prctl(int option, int value) {
        return Direct.prctl(option, value);
    }

    int getrlimit(int resource, long[] limits) {
        return Direct.getrlimit(resource, limits);
    }

    int setrlimit(int resource, long[] limits) {
        return Direct.setrlimit(resource, limits);
    }

    int close(int fd) {
        return Direct.close(fd);
    }
}
