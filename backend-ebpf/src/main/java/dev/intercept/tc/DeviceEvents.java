package dev.intercept.tc;

import static dev.intercept.netlink.SystemCallException.checked;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits until a device comes, goes, or gets an address, or a filter of one changes, in the network namespace of the thread that opened it.
 *
 * <p>Thread rule: one thread; {@link #stop} any until {@link #close}.
 */
public final class DeviceEvents implements AutoCloseable {

    /** How long a wait is at most that may end without an event, in milliseconds. */
    public static final int LIMIT_MS = 1_000;

    /** linux/rtnetlink.h */
    private static final int RTMGRP_LINK = 1;

    private static final int RTMGRP_TC = 8;
    private static final int RTMGRP_IPV4_IFADDR = 0x10;
    private static final int ADDRESS_BYTES = 12;
    private static final int ADDRESS_GROUPS = 8;
    private static final int POLLIN = 1;
    private static final int POLLFD_INTS = 2;

    private final ByteBuffer received = ByteBuffer.allocateDirect(Rtnetlink.RECEIVE_BYTES);
    private final int fd;
    private final int stopFd;
    private final CountDownLatch stopped = new CountDownLatch(1);

    public DeviceEvents() throws SystemCallException {
        fd = resultOf(
                "socket(AF_NETLINK, NETLINK_ROUTE)",
                Libc.calls.socket(
                        Rtnetlink.AF_NETLINK, Rtnetlink.SOCK_RAW | Rtnetlink.SOCK_CLOEXEC, Rtnetlink.NETLINK_ROUTE));
        stopFd = Libc.calls.eventfd(0, Rtnetlink.SOCK_CLOEXEC);
        try {
            resultOf("eventfd", stopFd);
            resultOf("bind of an rtnetlink socket", Libc.calls.bind(fd, address(), ADDRESS_BYTES));
        } catch (SystemCallException e) {
            close();
            throw e;
        }
    }

    private static int resultOf(String operation, int result) throws SystemCallException {
        return checked(operation, result < 0 ? -Native.getLastError() : result);
    }

    private static byte[] address() {
        return ByteBuffer.allocate(ADDRESS_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort(0, (short) Rtnetlink.AF_NETLINK)
                .putInt(ADDRESS_GROUPS, RTMGRP_LINK | RTMGRP_TC | RTMGRP_IPV4_IFADDR)
                .array();
    }

    /**
     * Waits, and takes all events that are there. Some may have been lost: look at all devices.
     *
     * @param isLimited whether to return after {@link #LIMIT_MS} without an event; so it does where waiting fails
     * @return false once it is stopped
     */
    public boolean await(boolean isLimited) {
        // struct pollfd: descriptor s32, events and returned events, u16 each.
        int pollin = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? POLLIN : POLLIN << Short.SIZE;
        int[] descriptors = {fd, pollin, stopFd, pollin};
        NativeLong count = new NativeLong(descriptors.length / POLLFD_INTS);
        int ready;
        do {
            ready = Libc.calls.poll(descriptors, count, LIMIT_MS);
        } while (ready == 0 && !isLimited && !isStopped());
        if (ready != 0 && !isStopped() && !take()) {
            pause();
        }
        return !isStopped();
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** False when there was none, so that it would be no wait to wait again. */
    private boolean take() {
        NativeLong bytes = new NativeLong(Rtnetlink.RECEIVE_BYTES);
        boolean isAny = false;
        while (!isStopped()
                && Libc.calls
                                .recv(fd, Native.getDirectBufferPointer(received), bytes, Rtnetlink.MSG_DONTWAIT)
                                .longValue()
                        > 0) {
            isAny = true;
        }
        return isAny;
    }

    private void pause() {
        try {
            stopped.await(LIMIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the wait and all later ones, within {@link #LIMIT_MS} whatever fails. */
    public void stop() {
        stopped.countDown();
        Libc.calls.eventfd_write(stopFd, 1);
    }

    @Override
    public void close() {
        Libc.calls.close(fd);
        if (stopFd >= 0) {
            Libc.calls.close(stopFd);
        }
    }
}
