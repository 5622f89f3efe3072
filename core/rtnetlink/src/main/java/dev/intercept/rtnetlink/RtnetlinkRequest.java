package dev.intercept.rtnetlink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A request: the netlink header, the header of its family of messages, attributes. linux/netlink.h, linux/rtnetlink.h.
 *
 * <pre>
 *    0   nlmsg_len    u32   of the whole message
 *    4   nlmsg_type   u16   RTM_NEWROUTE …
 *    6   nlmsg_flags  u16
 *    8   nlmsg_seq    u32   an answer has that of its request
 *   12   nlmsg_pid    u32   0
 *   16   family header, then attributes: length u16, type u16, value, padded to a multiple of 4
 * </pre>
 *
 * Native byte order. A few a second at most: it is not made for speed.
 */
public final class RtnetlinkRequest {

    static final int HEADER_BYTES = 16;
    static final int ATTRIBUTE_HEADER_BYTES = 4;

    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    private final String what;
    private final int type;
    private final int flags;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();

    /**
     * @param what for an error text
     * @param familyHeader {@code struct rtmsg} or {@code struct fib_rule_hdr}
     */
    RtnetlinkRequest(String what, int type, int flags, byte[] familyHeader) {
        this.what = what;
        this.type = type;
        this.flags = flags | NLM_F_REQUEST;
        payload.writeBytes(familyHeader);
    }

    RtnetlinkRequest attribute(int attribute, byte[] value) {
        payload.writeBytes(encoded(attribute, value));
        return this;
    }

    RtnetlinkRequest attribute(int attribute, int value) {
        return attribute(attribute, int32(value));
    }

    /** One attribute with its padding. */
    static byte[] encoded(int attribute, byte[] value) {
        int bytes = ATTRIBUTE_HEADER_BYTES + value.length;
        return ByteBuffer.allocate(align(bytes))
                .order(ByteOrder.nativeOrder())
                .putShort((short) bytes)
                .putShort((short) attribute)
                .put(value)
                .array();
    }

    static byte[] int32(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    static int align(int bytes) {
        return (bytes + 3) & ~3;
    }

    String what() {
        return what;
    }

    boolean wantsAcknowledgement() {
        return (flags & NLM_F_ACK) != 0;
    }

    /** The message as it is sent. */
    byte[] bytes(int sequence) {
        int bytes = HEADER_BYTES + payload.size();
        return ByteBuffer.allocate(bytes)
                .order(ByteOrder.nativeOrder())
                .putInt(bytes)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(0)
                .put(payload.toByteArray())
                .array();
    }
}
