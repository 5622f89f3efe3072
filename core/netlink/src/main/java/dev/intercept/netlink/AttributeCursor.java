package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * Walks over the attributes of one message. Every length is checked: what does not fit is cut at the message's end, and a
 * length that contradicts itself ends the walk. Reused for each message.
 */
public final class AttributeCursor {

    private ByteBuffer data = ByteBuffer.allocate(0);
    private int next;
    private int end;
    private int type;
    private int value;
    private int valueBytes;

    /** Begins with the attributes of the message that {@code message} is at, behind headers of so many bytes. */
    public void begin(MessageCursor message, int headerBytes) {
        begin(message.data(), message.at() + headerBytes, message.end());
    }

    /** Begins with the attributes from {@code begin} to {@code end}, as those that are nested in another. */
    public void begin(ByteBuffer in, int begin, int end) {
        data = in;
        next = begin;
        this.end = end;
    }

    /** Goes to the next attribute; false when there is none. */
    public boolean next() {
        if (end - next < NetlinkAttribute.HEADER_BYTES) {
            return false;
        }
        int length = NetlinkAttribute.length(data, next);
        if (length < NetlinkAttribute.HEADER_BYTES) {
            next = end;
            return false;
        }
        type = NetlinkAttribute.type(data, next);
        value = next + NetlinkAttribute.HEADER_BYTES;
        valueBytes = Math.min(length, end - next) - NetlinkAttribute.HEADER_BYTES;
        next += NetlinkAttribute.align(length);
        return true;
    }

    public int type() {
        return type;
    }

    /** Where in the memory the value begins. */
    public int value() {
        return value;
    }

    /** How many of its bytes are there. */
    public int valueBytes() {
        return valueBytes;
    }
}
