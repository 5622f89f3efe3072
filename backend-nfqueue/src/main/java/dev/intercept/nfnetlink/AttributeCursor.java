package dev.intercept.nfnetlink;

import java.nio.ByteBuffer;

/**
 * Walks over the attributes of one message. Every length is checked: what does not fit is cut at the message's end, and a
 * length that contradicts itself ends the walk. Reused for each message.
 */
public final class AttributeCursor {

    private ByteBuffer data;
    private int next;
    private int end;
    private int type;
    private int value;
    private int valueBytes;

    /** Begins with the attributes behind both headers of the message that {@code messages} is at. */
    public void begin(MessageCursor messages) {
        data = messages.data();
        next = messages.at() + NetlinkHeader.ATTRIBUTES_OFFSET;
        end = messages.at() + messages.bytes();
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
