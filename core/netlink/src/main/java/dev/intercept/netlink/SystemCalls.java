package dev.intercept.netlink;

/**
 * The system calls that a netlink socket needs, each as its man page has it. Each returns the call's result, or the negated
 * error number when it failed. Nothing is allocated but by {@link #allocate}.
 *
 * <p>This is the border to the kernel: a test makes it an older or a failing one here.
 *
 * <p>Thread rule: any thread.
 */
public interface SystemCalls {

    int socket(int family, int type, int protocol);

    int bind(int fd, NativeMemory address, int addressBytes);

    int connect(int fd, NativeMemory address, int addressBytes);

    int getsockname(int fd, NativeMemory address, NativeMemory addressBytes);

    int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes);

    int getsockopt(int fd, int level, int name, NativeMemory value, NativeMemory valueBytes);

    int sendmsg(int fd, NativeMemory message, int flags);

    /** Linux 3.0 and later. */
    int sendmmsg(int fd, NativeMemory messages, int count, int flags);

    int recvmsg(int fd, NativeMemory message, int flags);

    /** Without a time-out. Linux 2.6.33 and later. */
    int recvmmsg(int fd, NativeMemory messages, int count, int flags);

    int epollCreate(int flags);

    /** EPOLL_CTL_ADD. */
    int epollAdd(int epollFd, int fd, NativeMemory event);

    int epollWait(int epollFd, NativeMemory events, int maxEvents, int timeoutMs);

    int eventfd(int initial, int flags);

    int eventfdWrite(int fd, long value);

    /** The calling thread rests for so long, 0 to 999,999 µs, or less when a signal comes; usleep(3). */
    int sleepUs(int us);

    /** Lets the calling thread's sleeps end when they should, instead of up to 50 µs later; prctl(2). Does nothing where not known. */
    default int sharpenTimers() {
        return 0;
    }

    int close(int fd);

    /** Zeroed memory, freed by the collector. */
    NativeMemory allocate(int bytes);

    /** How wide {@code long} and pointers of this process are. */
    WordSize wordSize();

    /** As {@link System#nanoTime}: the clock of every time limit of a wait for the kernel. */
    default long nanoTime() {
        return System.nanoTime();
    }
}
