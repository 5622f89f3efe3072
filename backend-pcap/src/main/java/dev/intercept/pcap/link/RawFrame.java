package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_RAW} and {@code DLT_IPV4}: no link layer, the frame is the IP packet. Tunnel devices, WireGuard, {@code tun}.
 *
 * <pre>
 *    0        version(4), the first field of both IPv4 and IPv6
 * </pre>
 */
final class RawFrame implements LinkLayer {

    static final RawFrame INSTANCE = new RawFrame();

    private RawFrame() {}

    /** Whether IPv4 or IPv6 follows is for the version nibble to say, which is looked at for every link layer. */
    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        return start;
    }
}
