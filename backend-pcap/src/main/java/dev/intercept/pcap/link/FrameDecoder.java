package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * Narrows a buffer from a captured frame to the IPv4 packet in it. Immutable; any thread.
 *
 * <p>The packet ends at its own total length, not at the frame's end: Ethernet pads short frames to 60 bytes.
 */
public final class FrameDecoder {

    /** No VXLAN port: datagrams are handed on as they are. */
    public static final int NO_VXLAN = 0;

    private static final int VERSION_IHL_OFFSET = 0;
    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int LENGTH_KNOWN_BYTES = 4;
    private static final int IP_HEADER_MIN_BYTES = 20;

    private final LinkLayer linkLayer;
    private final int vxlanPort;

    /** @param vxlanPort UDP port whose datagrams are unwrapped once, or {@link #NO_VXLAN} */
    public FrameDecoder(LinkLayer linkLayer, int vxlanPort) {
        this.linkLayer = linkLayer;
        this.vxlanPort = vxlanPort;
    }

    /**
     * Finds the IPv4 packet in one frame.
     *
     * @param frame holds the frame; big-endian; position and limit do not matter. On true its position and limit enclose the IPv4 packet as far as it was
     *     captured, at least one byte; on false they mean nothing
     * @param start index of the frame's first byte
     * @param end index behind its last captured byte
     * @return whether there is an IPv4 packet
     */
    public boolean decode(ByteBuffer frame, int start, int end) {
        frame.clear();
        int ip = versionChecked(frame, linkLayer.ipv4At(frame, start, end), end);
        if (ip != LinkLayer.NOT_IPV4 && vxlanPort != NO_VXLAN) {
            ip = unwrapped(frame, ip, end);
        }
        if (ip == LinkLayer.NOT_IPV4) {
            return false;
        }
        frame.limit(packetEnd(frame, ip, end)).position(ip);
        return true;
    }

    private int unwrapped(ByteBuffer frame, int ip, int end) {
        int inner = VxlanDatagram.innerFrameAt(frame, ip, end, vxlanPort);
        if (inner == LinkLayer.NOT_IPV4) {
            return ip;
        }
        return versionChecked(frame, EthernetFrame.INSTANCE.ipv4At(frame, inner, end), end);
    }

    private static int versionChecked(ByteBuffer frame, int ip, int end) {
        boolean isIpv4 = ip != LinkLayer.NOT_IPV4 && ip < end && (frame.get(ip + VERSION_IHL_OFFSET) & 0xf0) == 0x40;
        return isIpv4 ? ip : LinkLayer.NOT_IPV4;
    }

    /** A total length that cannot be one (0 in packets that the sender's device will still cut up) limits nothing. */
    private static int packetEnd(ByteBuffer frame, int ip, int end) {
        if (ip + LENGTH_KNOWN_BYTES > end) {
            return end;
        }
        int totalLength = frame.getShort(ip + TOTAL_LENGTH_OFFSET) & 0xffff;
        return totalLength < IP_HEADER_MIN_BYTES ? end : Math.min(end, ip + totalLength);
    }
}
