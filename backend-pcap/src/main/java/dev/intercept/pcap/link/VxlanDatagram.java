package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * VXLAN, RFC 7348: an Ethernet frame in a UDP datagram, as cloud networks mirror traffic to another host.
 *
 * <pre>
 *   IPv4, RFC 791                       UDP, RFC 768, at ihl * 4         VXLAN, at ihl * 4 + 8
 *    0        version(4) ihl(4)          0  source port                   0  flags: 0x08 = the VNI is valid
 *    6        flags(3) offset(13)        2  destination port              4  VNI (3 bytes)
 *    9        protocol, 17 is UDP        4  length                        8  Ethernet frame
 * </pre>
 */
final class VxlanDatagram {

    private static final int VERSION_IHL_OFFSET = 0;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int IP_HEADER_MIN_BYTES = 20;
    private static final int FRAGMENT_MASK = 0x1fff;
    private static final int PROTOCOL_UDP = 17;

    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int UDP_HEADER_BYTES = 8;

    private static final int FLAGS_OFFSET = 0;
    private static final int FLAG_VNI_VALID = 0x08;
    private static final int VXLAN_HEADER_BYTES = 8;

    private VxlanDatagram() {}

    /**
     * Whether the IPv4 packet is a VXLAN datagram to {@code port}, captured at least to the inner frame.
     *
     * @param ip index of the packet's first byte, less than {@code end}
     * @return the index of the inner Ethernet frame, or {@link LinkLayer#NOT_IPV4} when it is any other packet
     */
    static int innerFrameAt(ByteBuffer frame, int ip, int end, int port) {
        if (ip + IP_HEADER_MIN_BYTES > end
                || frame.get(ip + PROTOCOL_OFFSET) != PROTOCOL_UDP
                || (frame.getShort(ip + FRAGMENT_OFFSET) & FRAGMENT_MASK) != 0) {
            return LinkLayer.NOT_IPV4;
        }
        int udp = ip + (frame.get(ip + VERSION_IHL_OFFSET) & 0x0f) * 4;
        int vxlan = udp + UDP_HEADER_BYTES;
        int inner = vxlan + VXLAN_HEADER_BYTES;
        boolean isVxlan = inner <= end
                && (frame.getShort(udp + DESTINATION_PORT_OFFSET) & 0xffff) == port
                && (frame.get(vxlan + FLAGS_OFFSET) & FLAG_VNI_VALID) != 0;
        return isVxlan ? inner : LinkLayer.NOT_IPV4;
    }
}
