package dev.intercept.nfqueue;

import dev.intercept.netlink.AttributeCursor;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.EtherType;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;

/**
 * {@code NFQNL_MSG_PACKET}: one queued packet. A flyweight that finds three attributes among those the kernel sends.
 *
 * <pre>
 *   NFQA_PACKET_HDR, attribute 1, always the first        NFQA_PAYLOAD, attribute 10
 *    0   packet_id     u32   big-endian                    0   the packet from its IP header on,
 *    4   hw_protocol   u16   big-endian: 0x0800 IPv4           as far as the copy range goes
 *    6   hook          u8    3: LOCAL_OUT
 *                                                         NFQA_CAP_LEN, attribute 13, if the payload was cut
 *                                                          0   the packet's bytes, u32 big-endian
 * </pre>
 *
 * linux/netfilter/nfnetlink_queue.h. Every length is checked; what does not fit is as if it were not there.
 */
final class PacketMessage {

    static final int TYPE = QueueProtocol.SUBSYSTEM << 8 | QueueProtocol.NFQNL_MSG_PACKET;

    private static final int NFQA_PACKET_HDR = 1;
    private static final int NFQA_PAYLOAD = 10;
    private static final int NFQA_CAP_LEN = 13;

    private static final int ID_OFFSET = 0;
    private static final int HW_PROTOCOL_OFFSET = 4;
    private static final int PACKET_HDR_BYTES = 7;

    private final AttributeCursor attributes = new AttributeCursor();
    private boolean hasId;
    private int id;
    private int hwProtocol;
    private int family;
    private int payloadOffset;
    private int payloadBytes;
    private int uncutBytes;

    /** Reads the message that the cursor is at; whether it is one of this type that names its packet's id. */
    boolean wrap(MessageCursor message) {
        ByteBuffer data = message.data();
        int at = message.at();
        hasId = false;
        payloadOffset = at;
        payloadBytes = 0;
        uncutBytes = 0;
        if (NetlinkHeader.type(data, at) != TYPE || message.bytes() < NetfilterHeader.BYTES) {
            return false;
        }
        family = NetfilterHeader.family(data, at);
        attributes.begin(message, NetfilterHeader.BYTES);
        while (attributes.next()) {
            readAttribute(data);
        }
        return hasId;
    }

    private void readAttribute(ByteBuffer data) {
        int type = attributes.type();
        int value = attributes.value();
        if (type == NFQA_PAYLOAD) {
            payloadOffset = value;
            payloadBytes = attributes.valueBytes();
        } else if (type == NFQA_CAP_LEN && attributes.valueBytes() >= Integer.BYTES) {
            uncutBytes = NetworkOrder.int32(data, value);
        } else if (type == NFQA_PACKET_HDR && !hasId && attributes.valueBytes() >= PACKET_HDR_BYTES) {
            hasId = true;
            id = NetworkOrder.int32(data, value + ID_OFFSET);
            hwProtocol = NetworkOrder.uint16(data, value + HW_PROTOCOL_OFFSET);
        }
    }

    /** What a verdict names. Counts up from 1 in each queue, around 2^32. */
    int id() {
        return id;
    }

    /** Whether the packet is IP. A rule of iptables can queue nothing else; one of a bridge can queue ARP and the like. */
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

    /** How many bytes the packet has, copied or not. */
    int packetBytes() {
        return Math.max(payloadBytes, uncutBytes);
    }
}
