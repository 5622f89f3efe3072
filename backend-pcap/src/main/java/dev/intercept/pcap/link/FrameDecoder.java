package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * Narrows a buffer from a captured frame to the IP packet in it, and counts the frames in which there is none.
 *
 * <p>The packet ends at its own length, not at the frame's end: Ethernet pads short frames to 60 bytes. Thread rule: one
 * thread.
 */
public final class FrameDecoder {

    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int IPV4_MIN_BYTES = 20;
    private static final int IPV6_PAYLOAD_LENGTH_OFFSET = 4;
    private static final int IPV6_BYTES = 40;
    private static final int LENGTH_KNOWN_BYTES = 6;

    private final int linkType;
    private final Layer first;
    private final Walk walk;
    private final FrameTally tally;

    /**
     * @param linkType as {@code pcap_datalink()} or a file has it; of one that is not understood every frame is counted
     * @param tunnels what to unwrap, as often as it is found
     * @param tally where frames without an IP packet are counted
     */
    public FrameDecoder(int linkType, Decapsulation tunnels, FrameTally tally) {
        this.linkType = linkType;
        this.tally = tally;
        walk = new Walk(tunnels);
        Layer known = LinkLayers.of(linkType);
        first = known != null ? known : any -> any.other(FrameKind.LINK_TYPE, linkType);
    }

    /**
     * Finds the IP packet in one frame. A tunnel's packet that was cut short before the packet in it is itself the result.
     *
     * @param frame holds the frame; big-endian; position and limit do not matter. On true they enclose the IP packet as far as
     *     it was captured, at least one byte; on false they mean nothing
     * @param start index of the frame's first byte
     * @param end index behind its last captured byte
     * @return whether there is an IP packet
     */
    public boolean decode(ByteBuffer frame, int start, int end) {
        frame.clear();
        End reached = walk.through(frame, start, end, first);
        if (reached == End.OTHER) {
            tally.count(linkType, walk.otherKind(), walk.otherValue());
            return false;
        }
        int ip = walk.ipAt();
        if (ip == Walk.NONE) {
            tally.count(linkType, FrameKind.CUT_SHORT, 0);
            return false;
        }
        frame.limit(packetEnd(frame, ip, end)).position(ip);
        return true;
    }

    /** A total length that cannot be one (0 in packets that the sender's device will still cut up) limits nothing. */
    private static int packetEnd(ByteBuffer frame, int ip, int end) {
        if (ip + LENGTH_KNOWN_BYTES > end) {
            return end;
        }
        if (frame.get(ip) >> 4 == 6) {
            int payload = frame.getShort(ip + IPV6_PAYLOAD_LENGTH_OFFSET) & 0xffff;
            return payload == 0 ? end : Math.min(end, ip + IPV6_BYTES + payload);
        }
        int totalLength = frame.getShort(ip + TOTAL_LENGTH_OFFSET) & 0xffff;
        return totalLength < IPV4_MIN_BYTES ? end : Math.min(end, ip + totalLength);
    }
}
