package dev.intercept.ipqueue;

/** Sends datagrams to the peer of a connected socket, with one system call where the kernel can. For the capture thread. */
final class Sender {

    private final Native.Libc libc = Native.libc();
    private final int fd;
    private final MessageVector vector;
    private boolean oneByOne;

    Sender(int fd, MessageVector vector) {
        this.fd = fd;
        this.vector = vector;
    }

    /**
     * Sends the datagrams in the slots {@code first} to {@code first + count - 1}, each as long as a slot.
     *
     * @return how many were taken, at least 1; or a negative error number that concerns the first
     */
    int send(int first, int count) {
        if (oneByOne) {
            return sendOne(first);
        }
        int sent = libc.sendmmsg(fd, vector.headerAddress(first), count, 0);
        if (sent >= 0) {
            return sent;
        }
        int errno = Native.errno();
        if (errno == Errno.ENOSYS) {
            // Before Linux 3.0.
            oneByOne = true;
            return sendOne(first);
        }
        return -errno;
    }

    private int sendOne(int slot) {
        long sent = libc.send(fd, vector.slotAddress(slot), vector.slotBytes(), 0);
        return sent < 0 ? -Native.errno() : 1;
    }

    boolean sendsOneByOne() {
        return oneByOne;
    }
}
