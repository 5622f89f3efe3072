package dev.intercept.nfnetlink;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The system calls that netlink needs. Each returns the call's result, or the negated {@code errno} when it failed.
 *
 * <p>Not final: a test makes it an older kernel by overriding the calls that one lacks.
 *
 * <p>Thread rule: any thread; nothing is kept here.
 */
public class SystemCalls {

    /** sys/epoll.h */
    private static final int EPOLL_CTL_ADD = 1;

    /** linux/prctl.h; its value is in nanoseconds. */
    private static final int PR_SET_TIMERSLACK = 29;

    private static int resultOrErrno(int result) {
        return result < 0 ? -Native.getLastError() : result;
    }

    int socket(int family, int type, int protocol) {
        return resultOrErrno(Libc.socket(family, type, protocol));
    }

    int bind(int fd, Pointer address, int addressBytes) {
        return resultOrErrno(Libc.bind(fd, address, addressBytes));
    }

    int connect(int fd, Pointer address, int addressBytes) {
        return resultOrErrno(Libc.connect(fd, address, addressBytes));
    }

    int getsockname(int fd, Pointer address, Pointer addressBytes) {
        return resultOrErrno(Libc.getsockname(fd, address, addressBytes));
    }

    protected int setsockopt(int fd, int level, int name, Pointer value, int valueBytes) {
        return resultOrErrno(Libc.setsockopt(fd, level, name, value, valueBytes));
    }

    int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes) {
        return resultOrErrno(Libc.getsockopt(fd, level, name, value, valueBytes));
    }

    protected int sendmsg(int fd, Pointer message, int flags) {
        return resultOrErrno(Libc.sendmsg(fd, message, flags));
    }

    protected int recvmsg(int fd, Pointer message, int flags) {
        return resultOrErrno(Libc.recvmsg(fd, message, flags));
    }

    protected int recvmmsg(int fd, Pointer messages, int count, int flags) {
        return resultOrErrno(Libc.recvmmsg(fd, messages, count, flags, Pointer.NULL));
    }

    int epollCreate(int flags) {
        return resultOrErrno(Libc.epoll_create1(flags));
    }

    int epollAdd(int epollFd, int fd, Pointer event) {
        return resultOrErrno(Libc.epoll_ctl(epollFd, EPOLL_CTL_ADD, fd, event));
    }

    int epollWait(int epollFd, Pointer events, int maxEvents, int timeoutMs) {
        return resultOrErrno(Libc.epoll_wait(epollFd, events, maxEvents, timeoutMs));
    }

    int eventfd(int initial, int flags) {
        return resultOrErrno(Libc.eventfd(initial, flags));
    }

    int eventfdWrite(int fd, long value) {
        return resultOrErrno(Libc.eventfd_write(fd, value));
    }

    /**
     * Lets the calling thread's sleeps end when they should, instead of up to 50 µs later; prctl(2).
     */
    public int sharpenTimers() {
        return resultOrErrno(Libc.prctl(PR_SET_TIMERSLACK, 1));
    }

    /** The calling thread rests for so long, 0 to 999,999 µs, or less when a signal comes; usleep(3). */
    public int sleepUs(int us) {
        return resultOrErrno(Libc.usleep(us));
    }

    int close(int fd) {
        return resultOrErrno(Libc.close(fd));
    }
}
