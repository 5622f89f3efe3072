package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_C_HDLC}: Cisco's HDLC on serial lines, RFC 1547 section 4.3.1.
 *
 * <pre>
 *    0        address: 0x0f unicast, 0x8f broadcast
 *    1        control: 0
 *    2        protocol: an EtherType, 0x0800 for IPv4
 * </pre>
 */
final class CiscoHdlcFrame implements LinkLayer {

    static final CiscoHdlcFrame INSTANCE = new CiscoHdlcFrame();

    static final int UNICAST = 0x0f;
    static final int BROADCAST = 0x8f;

    private static final int PROTOCOL_OFFSET = 2;

    private CiscoHdlcFrame() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        return EtherTypes.ipv4At(frame, start + PROTOCOL_OFFSET, end);
    }
}
