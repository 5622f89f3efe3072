package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * {@code DLT_NULL} and {@code DLT_LOOP}: the loopback devices of BSD and macOS.
 *
 * <pre>
 *    0        address family (4 bytes): NULL in the byte order of the capturing host, LOOP in network byte order
 * </pre>
 *
 * AF_INET is 2 on every system that writes these, so one class reads both orders.
 */
final class LoopbackFrame implements LinkLayer {

    static final LoopbackFrame INSTANCE = new LoopbackFrame();

    private static final int FAMILY_OFFSET = 0;
    private static final int HEADER_BYTES = 4;
    private static final int AF_INET = 2;
    private static final int AF_INET_SWAPPED = 0x02000000;

    private LoopbackFrame() {}

    @Override
    public int ipv4At(ByteBuffer frame, int start, int end) {
        if (start + HEADER_BYTES > end) {
            return NOT_IPV4;
        }
        int family = frame.getInt(start + FAMILY_OFFSET);
        return family == AF_INET || family == AF_INET_SWAPPED ? start + HEADER_BYTES : NOT_IPV4;
    }
}
