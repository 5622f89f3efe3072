package dev.intercept.bpf;

import static dev.intercept.netlink.SystemCallException.checked;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Waits for a ring, for {@link #wake}, or for time to pass. Thread rule: one thread; {@link #wake} any until {@link #close}. */
public final class Sleeper implements AutoCloseable {

    private static final int CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;

    /** The ring is ready while a record in it is still being written; only a wake-up is to end the wait. */
    private static final int EPOLLET = 1 << 31;

    private static final int EVENT_BYTES = 16;

    /** linux/prctl.h; its value is in nanoseconds. */
    private static final int PR_SET_TIMERSLACK = 29;

    private final ByteBuffer events = ByteBuffer.allocateDirect(2 * EVENT_BYTES).order(ByteOrder.nativeOrder());
    private final Pointer eventsAddress = Native.getDirectBufferPointer(events);
    private final int epollFd;
    private final int wakeFd;
    private boolean isSharp;

    public Sleeper(BpfMap ring) throws SystemCallException {
        epollFd = resultOf("epoll_create1", Libc.calls.epoll_create1(CLOEXEC));
        wakeFd = Libc.calls.eventfd(0, CLOEXEC);
        try {
            resultOf("eventfd", wakeFd);
            events.putInt(0, EPOLLIN);
            resultOf("epoll_ctl", Libc.calls.epoll_ctl(epollFd, EPOLL_CTL_ADD, wakeFd, eventsAddress));
            events.putInt(0, EPOLLIN | EPOLLET);
            resultOf("epoll_ctl", Libc.calls.epoll_ctl(epollFd, EPOLL_CTL_ADD, ring.fd(), eventsAddress));
        } catch (SystemCallException e) {
            close();
            throw e;
        }
    }

    private static int resultOf(String operation, int result) throws SystemCallException {
        return checked(operation, result < 0 ? -Native.getLastError() : result);
    }

    /**
     * Until the kernel wakes, somebody calls {@link #wake}, a signal comes or so many milliseconds have passed.
     *
     * @return 0, or the number of the error because of which it did not wait
     */
    public int await(int timeoutMs) {
        boolean hasFailed = Libc.calls.epoll_wait(epollFd, eventsAddress, 2, timeoutMs) < 0;
        int errno = hasFailed ? Native.getLastError() : 0;
        return errno == Errno.EINTR ? 0 : errno;
    }

    /** Lets time pass, 0 to 999,999 µs, whatever comes. */
    public void pause(int us) {
        if (!isSharp) {
            // Else the thread sleeps up to 50 µs longer.
            Libc.calls.prctl(PR_SET_TIMERSLACK, 1);
            isSharp = true;
        }
        Libc.calls.usleep(us);
    }

    /** Ends the wait and all later ones at once. */
    public void wake() {
        Libc.calls.eventfd_write(wakeFd, 1);
    }

    @Override
    public void close() {
        if (wakeFd >= 0) {
            Libc.calls.close(wakeFd);
        }
        Libc.calls.close(epollFd);
    }
}
