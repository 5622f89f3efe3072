package dev.intercept.tc;

import static dev.intercept.netlink.SystemCallException.checked;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Waits until a device comes, goes, or gets an address, or a filter of one changes, in the network namespace of the thread that opened it.
 *
 * <p>Thread rule: one thread; {@link #stop} any until {@link #close}.
 */
public final class DeviceEvents implements AutoCloseable {

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
    private volatile boolean isStopped;

    public DeviceEvents() throws SystemCallException {
        fd = resultOf(
                "socket(AF_NETLINK, NETLINK_ROUTE)",
                Libc.socket(
                        Rtnetlink.AF_NETLINK, Rtnetlink.SOCK_RAW | Rtnetlink.SOCK_CLOEXEC, Rtnetlink.NETLINK_ROUTE));
        stopFd = Libc.eventfd(0, Rtnetlink.SOCK_CLOEXEC);
        try {
            resultOf("eventfd", stopFd);
            resultOf("bind of an rtnetlink socket", Libc.bind(fd, address(), ADDRESS_BYTES));
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

    /** Waits, and takes all events that are there; false once it is stopped. Some may have been lost: look at all devices. */
    public boolean await() {
        // struct pollfd: descriptor s32, events and returned events, u16 each.
        int pollin = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? POLLIN : POLLIN << Short.SIZE;
        int[] descriptors = {fd, pollin, stopFd, pollin};
        Libc.poll(descriptors, new NativeLong(descriptors.length / POLLFD_INTS), -1);
        NativeLong bytes = new NativeLong(Rtnetlink.RECEIVE_BYTES);
        while (!isStopped
                && Libc.recv(fd, Native.getDirectBufferPointer(received), bytes, Rtnetlink.MSG_DONTWAIT)
                                .longValue()
                        > 0) {
            // All devices are looked at afterwards, whatever the event says.
        }
        return !isStopped;
    }

    /** Ends the wait and all later ones. */
    public void stop() {
        isStopped = true;
        Libc.eventfd_write(stopFd, 1);
    }

    @Override
    public void close() {
        Libc.close(fd);
        Libc.close(stopFd);
    }
}
