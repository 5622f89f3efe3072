package dev.intercept.nfnetlink;

import java.nio.ByteBuffer;

/**
 * Walks over the netlink messages in the datagrams of a {@link MessageVector}, in order of arrival. Reused for each batch.
 *
 * <p>A length that contradicts the datagram costs the rest of that datagram, and nothing else.
 */
public final class MessageCursor {

    private final MessageVector vector;
    private final ByteBuffer data;
    private int slot;
    private int slots;
    private int next;
    private int end;
    private int at;
    private int bytes;
    private long malformed;

    public MessageCursor(MessageVector vector) {
        this.vector = vector;
        data = vector.data();
    }

    /** Begins a batch of so many datagrams, from slot 0. */
    public void begin(int datagrams) {
        slot = 0;
        slots = datagrams;
        next = 0;
        end = 0;
    }

    /** Goes to the next message; false at the end of the batch. */
    public boolean next() {
        while (end - next < NetlinkHeader.BYTES) {
            malformed += end > next ? 1 : 0;
            if (slot == slots) {
                next = end;
                return false;
            }
            next = vector.offset(slot);
            end = next + vector.length(slot);
            malformed += end == next ? 1 : 0;
            slot++;
        }
        at = next;
        bytes = NetlinkHeader.length(data, at);
        if (bytes < NetlinkHeader.BYTES || bytes > end - at) {
            // What is here of the message may still tell a packet's id: it is looked at, up to the datagram's end.
            malformed++;
            bytes = end - at;
        }
        next = Math.min(end, at + NetlinkAttribute.align(bytes));
        return true;
    }

    /** The memory that the message is in. */
    public ByteBuffer data() {
        return data;
    }

    /** Where the message begins. */
    public int at() {
        return at;
    }

    /** Bytes of the message that are there, at least {@link NetlinkHeader#BYTES}. */
    public int bytes() {
        return bytes;
    }

    /** Datagrams and messages so far whose lengths contradicted each other. */
    public long malformed() {
        return malformed;
    }
}
