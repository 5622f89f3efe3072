package dev.intercept.rtnetlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One message of the kernel: the header of its family, and its attributes by type. Every length is checked: what does not fit
 * ends the message.
 */
final class RtnetlinkMessage {

    private static final int TYPE_MASK = 0x3fff;

    private final byte[] familyHeader;
    private final Map<Integer, byte[]> attributes;

    /** @param payload behind the netlink header, from position to limit */
    RtnetlinkMessage(ByteBuffer payload, int familyHeaderBytes) {
        familyHeader = new byte[familyHeaderBytes];
        payload.get(familyHeader, 0, Math.min(familyHeaderBytes, payload.remaining()));
        attributes = attributes(payload);
    }

    /** Attributes from position to limit, by type; of several with one type the last. */
    static Map<Integer, byte[]> attributes(ByteBuffer in) {
        Map<Integer, byte[]> attributes = new TreeMap<>();
        in.order(ByteOrder.nativeOrder());
        while (in.remaining() >= RtnetlinkRequest.ATTRIBUTE_HEADER_BYTES) {
            int begin = in.position();
            int length = in.getShort() & 0xffff;
            int type = in.getShort() & TYPE_MASK;
            if (length < RtnetlinkRequest.ATTRIBUTE_HEADER_BYTES || length > in.limit() - begin) {
                break;
            }
            byte[] value = new byte[length - RtnetlinkRequest.ATTRIBUTE_HEADER_BYTES];
            in.get(value);
            attributes.put(type, value);
            in.position(Math.min(in.limit(), begin + RtnetlinkRequest.align(length)));
        }
        return attributes;
    }

    /** A byte of the family header, unsigned. */
    int header(int offset) {
        return familyHeader[offset] & 0xff;
    }

    Optional<byte[]> attribute(int type) {
        return Optional.ofNullable(attributes.get(type));
    }

    /** A 32-bit attribute in native order, or another value where it is missing. */
    int int32(int type, int otherwise) {
        byte[] value = attributes.get(type);
        return value == null || value.length < Integer.BYTES
                ? otherwise
                : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    /** An attribute of one byte, unsigned, or another value where it is missing. */
    int int8(int type, int otherwise) {
        byte[] value = attributes.get(type);
        return value == null || value.length == 0 ? otherwise : value[0] & 0xff;
    }
}
