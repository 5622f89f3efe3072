package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.spi.BackendException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A wait for a device's descriptor that another thread can end: epoll(7) on that descriptor and on an eventfd(2).
 *
 * <pre>
 *   struct epoll_event           0  events (4)          data follows, not used here; 12 or 16 bytes together
 * </pre>
 *
 * <p>libpcap's own wait is not used: how long it lasts and whether pcap_breakloop() ends it differ from version to version.
 * Not poll(2) either, whose count is an unsigned long: JNA makes objects of those for each call.
 *
 * <p>Thread rule: {@link #watch} and {@link #await} by one thread at a time; {@link #signal} by any; {@link #close} when
 * nobody awaits.
 */
final class Wakeup implements AutoCloseable {

    private static final int EVENT_BYTES = 16;
    private static final int MAX_EVENTS = 2;
    private static final NativeLong EVENTFD_BYTES = new NativeLong(8);

    private final int eventFd;
    private final int epollFd;
    private final ByteBuffer events = direct(MAX_EVENTS * EVENT_BYTES);
    private final Pointer eventsPointer = Native.getDirectBufferPointer(events);
    private final ByteBuffer one = direct(EVENTFD_BYTES.intValue()).putLong(0, 1);

    Wakeup() throws BackendException {
        eventFd = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        epollFd = Libc.epoll_create1(Libc.EPOLL_CLOEXEC);
        if (eventFd < 0 || epollFd < 0) {
            int errno = Native.getLastError();
            close();
            throw new BackendException(
                    BackendException.Kind.REFUSED,
                    "eventfd() or epoll_create1() failed with errno " + errno
                            + "; raise the limit of open files: ulimit -n");
        }
        watch(eventFd);
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** From now on {@link #await} also returns when {@code fd} is readable or in error. Closing it ends that. */
    void watch(int fd) {
        events.putInt(0, Libc.EPOLLIN);
        Libc.epoll_ctl(epollFd, Libc.EPOLL_CTL_ADD, fd, eventsPointer);
    }

    /**
     * Returns when a watched descriptor is readable or in error, when {@link #signal} was ever called, when {@code timeoutMs}
     * have passed, or early for no reason (a signal of the system).
     */
    void await(int timeoutMs) {
        Libc.epoll_wait(epollFd, eventsPointer, MAX_EVENTS, timeoutMs);
    }

    /** Ends the wait of now and every later one. */
    void signal() {
        Libc.write(eventFd, Native.getDirectBufferPointer(one), EVENTFD_BYTES);
    }

    @Override
    public void close() {
        Libc.close(epollFd);
        Libc.close(eventFd);
    }
}
