package dev.intercept.tc;

import dev.intercept.netlink.NetlinkAttribute;
import dev.intercept.netlink.NetlinkHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A message to rtnetlink: the netlink header, the header of its family, attributes. Native byte order. */
final class Request {

    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_CREATE = 0x400;

    private static final int MAX_BYTES = 512;

    private final String what;
    private final int type;
    private final int flags;
    private final ByteBuffer out = ByteBuffer.allocateDirect(MAX_BYTES).order(ByteOrder.nativeOrder());
    private int end;

    /** @param what is asked, for an error text */
    Request(String what, int type, int flags, int familyHeaderBytes) {
        this.what = what;
        this.type = type;
        this.flags = flags
                | NetlinkHeader.NLM_F_REQUEST
                | ((flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : NetlinkHeader.NLM_F_ACK);
        end = NetlinkHeader.BYTES + familyHeaderBytes;
    }

    /** A field of the family header. */
    Request int32(int at, int value) {
        out.putInt(NetlinkHeader.BYTES + at, value);
        return this;
    }

    Request int8(int at, int value) {
        out.put(NetlinkHeader.BYTES + at, (byte) value);
        return this;
    }

    Request attribute(int attribute, byte[] value) {
        NetlinkAttribute.put(out, end, attribute, value.length);
        out.put(end + NetlinkAttribute.HEADER_BYTES, value);
        end = NetlinkAttribute.align(end + NetlinkAttribute.HEADER_BYTES + value.length);
        return this;
    }

    Request attribute(int attribute, String value) {
        return attribute(attribute, (value + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    Request attribute(int attribute, int value) {
        NetlinkAttribute.put(out, end, attribute, Integer.BYTES);
        out.putInt(end + NetlinkAttribute.HEADER_BYTES, value);
        end += NetlinkAttribute.HEADER_BYTES + Integer.BYTES;
        return this;
    }

    /** Begins an attribute that holds the ones that follow; its place, for {@link #endNest}. */
    int beginNest(int attribute) {
        NetlinkAttribute.put(out, end, attribute, 0);
        end += NetlinkAttribute.HEADER_BYTES;
        return end - NetlinkAttribute.HEADER_BYTES;
    }

    Request endNest(int nest) {
        out.putShort(nest, (short) (end - nest));
        return this;
    }

    String what() {
        return what;
    }

    boolean isDump() {
        return (flags & NLM_F_DUMP) == NLM_F_DUMP;
    }

    /** The message, whole, from 0 to its limit. */
    ByteBuffer message(int sequence) {
        NetlinkHeader.put(out, 0, end, type, flags, sequence, 0);
        return out.limit(end);
    }
}
