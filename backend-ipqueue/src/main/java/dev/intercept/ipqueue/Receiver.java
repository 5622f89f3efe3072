package dev.intercept.ipqueue;

/** Fetches the datagrams that wait on a socket, with one system call where the kernel can. For the capture thread. */
final class Receiver {

    private static final int MSG_DONTWAIT = 0x40;

    private final Native.Libc libc = Native.libc();
    private final int fd;
    private final MessageVector vector;
    private boolean oneByOne;

    Receiver(int fd, MessageVector vector) {
        this.fd = fd;
        this.vector = vector;
    }

    /**
     * Does not wait.
     *
     * @param limit at most this many datagrams, and at most one for each slot
     * @return how many slots were filled, from slot 0 on; or a negative error number, {@code -EAGAIN} for none
     */
    int receive(int limit) {
        int wanted = Math.min(limit, vector.slots());
        if (oneByOne) {
            return receiveOneByOne(wanted);
        }
        int received = libc.recvmmsg(fd, vector.headerAddress(0), wanted, MSG_DONTWAIT, 0);
        if (received >= 0) {
            return received;
        }
        int errno = Native.errno();
        if (errno == Errno.ENOSYS) {
            // Before Linux 2.6.33.
            oneByOne = true;
            return receiveOneByOne(wanted);
        }
        return -errno;
    }

    private int receiveOneByOne(int wanted) {
        for (int slot = 0; slot < wanted; slot++) {
            long bytes = libc.recv(fd, vector.slotAddress(slot), vector.slotBytes(), MSG_DONTWAIT);
            if (bytes < 0) {
                // The kernel reports an error again, or is over it, when it is asked again.
                return slot > 0 ? slot : -Native.errno();
            }
            vector.setReceivedBytes(slot, (int) bytes);
        }
        return wanted;
    }

    boolean receivesOneByOne() {
        return oneByOne;
    }
}
