package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * Walks over the messages of one datagram. Every length is checked: one that contradicts the datagram costs the rest of it,
 * and what is there of that message is still shown. Reused for each datagram.
 */
public final class MessageCursor {

    private ByteBuffer data = ByteBuffer.allocate(0);
    private int next;
    private int end;
    private int at;
    private int bytes;
    private long malformed;

    /** Begins with the first message of a datagram of so many bytes at {@code begin}. */
    public void begin(ByteBuffer datagram, int begin, int datagramBytes) {
        data = datagram;
        next = begin;
        end = begin + datagramBytes;
        malformed += datagramBytes == 0 ? 1 : 0;
    }

    /** Forgets what is left of the datagram. */
    public void skip() {
        next = end;
    }

    /** Goes to the next message; false at the end of the datagram. */
    public boolean next() {
        if (end - next < NetlinkHeader.BYTES) {
            malformed += end > next ? 1 : 0;
            next = end;
            return false;
        }
        at = next;
        bytes = NetlinkHeader.length(data, at);
        if (bytes < NetlinkHeader.BYTES || bytes > end - at) {
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

    /** Where the message ends. */
    public int end() {
        return at + bytes;
    }

    /** Datagrams and messages so far whose lengths contradicted each other. */
    public long malformed() {
        return malformed;
    }
}
