package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/** One kind of link-layer header: knows where in a frame the IPv4 packet begins. Stateless; any thread. */
@FunctionalInterface
public interface LinkLayer {

    /** What {@link #ipv4At} returns for a frame that carries no IPv4 packet, or is too short to tell. */
    int NOT_IPV4 = -1;

    /**
     * Looks through the link-layer headers of one frame.
     *
     * @param frame holds the frame; big-endian; its limit is at least {@code end}
     * @param start index of the frame's first byte
     * @param end index behind its last captured byte, at least {@code start}
     * @return the index of the first byte behind the link layer, less than or equal to {@code end}, when the link layer says
     *     that IPv4 follows; otherwise {@link #NOT_IPV4}
     */
    int ipv4At(ByteBuffer frame, int start, int end);
}
