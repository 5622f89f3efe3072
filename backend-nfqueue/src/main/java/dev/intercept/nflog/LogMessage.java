package dev.intercept.nflog;

import dev.intercept.netlink.AttributeCursor;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.EtherType;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;

/**
 * {@code NFULNL_MSG_PACKET}: one logged packet. A flyweight that finds three attributes among those the kernel sends.
 *
 * <pre>
 *   NFULA_PACKET_HDR, attribute 1       NFULA_PAYLOAD, attribute 9          NFULA_SEQ, attribute 12
 *    0   hw_protocol   u16 big-endian    0  the packet from its IP header    0  packets logged to the
 *    2   hook          u8                   on, as far as the lesser            group before this one,
 *    3   padding                            copy range goes                     u32 big-endian
 * </pre>
 *
 * Every length is checked; what does not fit is as if it were not there.
 */
final class LogMessage {

    static final int TYPE = LogProtocol.SUBSYSTEM << 8 | LogProtocol.NFULNL_MSG_PACKET;

    private static final int NFULA_PACKET_HDR = 1;
    private static final int NFULA_PAYLOAD = 9;
    private static final int NFULA_SEQ = 12;

    private static final int HW_PROTOCOL_OFFSET = 0;
    private static final int PACKET_HDR_BYTES = 4;

    private final AttributeCursor attributes = new AttributeCursor();
    private int family;
    private int hwProtocol;
    private int payloadOffset;
    private int payloadBytes;
    private boolean hasSequence;
    private int sequence;

    /** Reads the message that the cursor is at; whether it is one of this type. */
    boolean wrap(MessageCursor message) {
        if (NetlinkHeader.type(message.data(), message.at()) != TYPE || message.bytes() < NetfilterHeader.BYTES) {
            return false;
        }
        family = NetfilterHeader.family(message.data(), message.at());
        hwProtocol = 0;
        payloadOffset = message.at();
        payloadBytes = 0;
        hasSequence = false;
        attributes.begin(message, NetfilterHeader.BYTES);
        while (attributes.next()) {
            readAttribute(message.data());
        }
        return true;
    }

    private void readAttribute(ByteBuffer data) {
        int value = attributes.value();
        int bytes = attributes.valueBytes();
        switch (attributes.type()) {
            case NFULA_PACKET_HDR ->
                hwProtocol = bytes < PACKET_HDR_BYTES ? 0 : NetworkOrder.uint16(data, value + HW_PROTOCOL_OFFSET);
            case NFULA_PAYLOAD -> {
                payloadOffset = value;
                payloadBytes = bytes;
            }
            case NFULA_SEQ -> {
                hasSequence = bytes >= Integer.BYTES;
                sequence = hasSequence ? NetworkOrder.int32(data, value) : 0;
            }
            default -> {
                // Marks, devices, users: nothing that a header needs.
            }
        }
    }

    /** Whether the packet is IP. A rule of a bridge can log ARP and the like. */
    boolean isIp() {
        return EtherType.isIp(family, hwProtocol);
    }

    /** Where in the memory the packet's bytes begin. */
    int payloadOffset() {
        return payloadOffset;
    }

    /** How many of its bytes are there; 0 when the message has none. */
    int payloadBytes() {
        return payloadBytes;
    }

    /** Whether the kernel numbers the packets. */
    boolean hasSequence() {
        return hasSequence;
    }

    /** The packet's number, from 0, around 2^32. */
    int sequence() {
        return sequence;
    }
}
