package dev.intercept.nfnetlink;

/** Puts datagrams into a vector without a kernel. */
public final class FilledSlots {

    private FilledSlots() {}

    /** Fills a slot with the first {@code bytes} of a datagram. */
    public static void fill(MessageVector vector, int slot, byte[] datagram, int bytes) {
        vector.data().put(vector.offset(slot), datagram, 0, bytes);
        vector.setLength(slot, bytes);
    }
}
