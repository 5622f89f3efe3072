package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_LINUX_SLL}: what libpcap puts before packets of the device {@code any}, and of devices without a link layer
 * that it knows. tcpdump.org, LINKTYPE_LINUX_SLL.
 *
 * <pre>
 *    0        packet type: 0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 sent by this host
 *    2        ARPHRD_ type of the device
 *    4        length of the link-layer address
 *    6        link-layer address of the sender (8 bytes)
 *   14        EtherType, or VLAN tags and then the EtherType: {@link EtherTypes}
 * </pre>
 */
final class CookedFrame implements LinkLayer {

    static final CookedFrame INSTANCE = new CookedFrame();

    private static final int PROTOCOL_OFFSET = 14;

    private CookedFrame() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        return EtherTypes.ipv4At(frame, start + PROTOCOL_OFFSET, end);
    }
}
