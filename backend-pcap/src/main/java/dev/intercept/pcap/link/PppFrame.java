package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_PPP} and {@code DLT_PPP_SERIAL}: RFC 1661, with or without the HDLC-like framing of RFC 1662.
 *
 * <pre>
 *    0        address 0xff, control 0x03: both or neither (address-and-control-field compression)
 *    0 or 2   protocol: 0x0021 for IPv4; one byte 0x21 when compressed, told by its lowest bit
 * </pre>
 *
 * A serial line may carry Cisco HDLC instead; its first byte tells: {@link CiscoHdlcFrame}.
 */
final class PppFrame implements LinkLayer {

    static final PppFrame INSTANCE = new PppFrame();

    private static final int ADDRESS_AND_CONTROL = 0xff03;
    private static final int ADDRESS_AND_CONTROL_BYTES = 2;
    private static final int PROTOCOL_IPV4 = 0x21;

    private PppFrame() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        if (start + 2 > end) {
            return NOT_IPV4;
        }
        int first = frame.get(start) & 0xff;
        if (first == CiscoHdlcFrame.UNICAST || first == CiscoHdlcFrame.BROADCAST) {
            return CiscoHdlcFrame.INSTANCE.ipv4At(frame, start, end);
        }
        boolean framed = (frame.getShort(start) & 0xffff) == ADDRESS_AND_CONTROL;
        return behindProtocol(frame, framed ? start + ADDRESS_AND_CONTROL_BYTES : start, end);
    }

    private static int behindProtocol(ByteBuffer frame, int at, int end) {
        if (at < end && frame.get(at) == PROTOCOL_IPV4) {
            return at + 1;
        }
        return at + 2 <= end && frame.getShort(at) == PROTOCOL_IPV4 ? at + 2 : NOT_IPV4;
    }
}
