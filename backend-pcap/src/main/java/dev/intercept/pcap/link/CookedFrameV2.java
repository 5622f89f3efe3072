package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_LINUX_SLL2}: as {@link CookedFrame}, with the device's index; tcpdump writes it for {@code -i any}.
 * tcpdump.org, LINKTYPE_LINUX_SLL2.
 *
 * <pre>
 *    0        EtherType; VLAN tags follow behind the header
 *    2        reserved
 *    4        index of the device (4 bytes)
 *    8        ARPHRD_ type of the device
 *   10        packet type (1 byte)
 *   11        length of the link-layer address (1 byte)
 *   12        link-layer address of the sender (8 bytes)
 *   20        payload; behind a tag protocol identifier in the EtherType field: tag, then EtherType
 * </pre>
 */
final class CookedFrameV2 implements LinkLayer {

    static final CookedFrameV2 INSTANCE = new CookedFrameV2();

    private static final int PROTOCOL_OFFSET = 0;
    private static final int HEADER_BYTES = 20;
    private static final int TAG_CONTROL_BYTES = 2;

    private CookedFrameV2() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        int payloadAt = start + HEADER_BYTES;
        if (payloadAt > end) {
            return NOT_IPV4;
        }
        int type = frame.getShort(start + PROTOCOL_OFFSET) & 0xffff;
        if (EtherTypes.isTag(type)) {
            return EtherTypes.ipv4At(frame, payloadAt + TAG_CONTROL_BYTES, end);
        }
        return type == EtherTypes.IPV4 ? payloadAt : NOT_IPV4;
    }
}
