package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_EN10MB}: Ethernet II, IEEE 802.3.
 *
 * <pre>
 *    0        destination address (6 bytes)
 *    6        source address (6 bytes)
 *   12        EtherType, or VLAN tags and then the EtherType: {@link EtherTypes}
 * </pre>
 */
final class EthernetFrame implements LinkLayer {

    static final EthernetFrame INSTANCE = new EthernetFrame();

    private static final int ETHER_TYPE_OFFSET = 12;

    private EthernetFrame() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        return EtherTypes.ipv4At(frame, start + ETHER_TYPE_OFFSET, end);
    }
}
