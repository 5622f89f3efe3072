package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/**
 * Waits until a socket is readable or another thread calls {@link #wake}: poll(2) on the socket and an eventfd(2).
 *
 * <p>{@code struct pollfd}, 8 bytes: fd s32 (0), events s16 (4), returned events s16 (6).
 */
final class Waiter {

    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final short POLLIN = 1;
    private static final int POLLFD_BYTES = 8;
    private static final int EVENT_OFFSET = 2 * POLLFD_BYTES;

    private final int eventFd;
    private final ByteBuffer memory = Native.allocate(EVENT_OFFSET + Long.BYTES);
    private final long address = Native.address(memory);

    Waiter(int socketFd) throws SystemCallException {
        eventFd = Native.libc().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (eventFd < 0) {
            throw new SystemCallException("eventfd", Native.errno());
        }
        writePollfd(0, socketFd);
        writePollfd(POLLFD_BYTES, eventFd);
        memory.putLong(EVENT_OFFSET, 1);
    }

    private void writePollfd(int offset, int fd) {
        memory.putInt(offset, fd);
        memory.putShort(offset + 4, POLLIN);
    }

    /** Returns when something happened, after the time, or early when a signal came. */
    void await(int timeoutMs) {
        Native.libc().poll(address, 2, timeoutMs);
    }

    /** Ends this and every later wait. Any thread, not after {@link #close}. */
    void wake() {
        Native.libc().write(eventFd, address + EVENT_OFFSET, Long.BYTES);
    }

    void close() {
        Native.libc().close(eventFd);
    }
}
