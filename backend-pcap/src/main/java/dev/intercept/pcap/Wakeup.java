package dev.intercept.pcap;

import com.sun.jna.Native;
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
    private static final int EINTR = 4;
    private static final int ENFILE = 23;
    private static final int EMFILE = 24;

    private final DeviceCalls calls;
    private final int eventFd;
    private final int epollFd;
    private final ByteBuffer events = direct(MAX_EVENTS * EVENT_BYTES);
    private final Pointer eventsPointer = Native.getDirectBufferPointer(events);
    private final ByteBuffer one = direct(Long.BYTES).putLong(0, 1);
    private final Pointer onePointer = Native.getDirectBufferPointer(one);

    Wakeup(DeviceCalls calls) throws BackendException {
        this.calls = calls;
        eventFd = checked("eventfd", calls.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK));
        int epoll = calls.epollCreate(Libc.EPOLL_CLOEXEC);
        if (epoll < 0) {
            calls.close(eventFd);
        }
        epollFd = checked("epoll_create1", epoll);
        try {
            watch(eventFd);
        } catch (BackendException e) {
            close();
            throw e;
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static int checked(String call, int result) throws BackendException {
        if (result >= 0) {
            return result;
        }
        throw new BackendException(
                BackendException.Kind.REFUSED,
                "a wait for packets failed: " + call + "() says errno " + -result
                        + (result == -EMFILE || result == -ENFILE ? "; raise the limit of open files: ulimit -n" : ""));
    }

    /** From now on {@link #await} also returns when {@code fd} is readable or in error. Closing it ends that. */
    void watch(int fd) throws BackendException {
        events.putInt(0, Libc.EPOLLIN);
        checked("epoll_ctl", calls.epollAdd(epollFd, fd, eventsPointer));
    }

    /**
     * Returns when a watched descriptor is readable or in error, when {@link #signal} was ever called, when {@code timeoutMs}
     * have passed, or early for no reason (a signal of the system).
     *
     * @throws BackendException when the wait fails, and would again at once
     */
    void await(int timeoutMs) throws BackendException {
        int result = calls.epollWait(epollFd, eventsPointer, MAX_EVENTS, timeoutMs);
        if (result != -EINTR) {
            checked("epoll_wait", result);
        }
    }

    /** Ends the wait of now and every later one. */
    void signal() {
        calls.write(eventFd, onePointer, Long.BYTES);
    }

    @Override
    public void close() {
        calls.close(epollFd);
        calls.close(eventFd);
    }
}
