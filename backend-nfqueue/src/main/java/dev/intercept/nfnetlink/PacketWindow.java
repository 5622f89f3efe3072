package dev.intercept.nfnetlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Shows the packets in received messages to a packet handler: one buffer, moved from packet to packet.
 *
 * <p>What is not IP (a bridge's rule can match ARP) is shown as a zero byte, the version of no IP.
 */
public final class PacketWindow {

    private final ByteBuffer packets;
    private final ByteBuffer notIp = ByteBuffer.allocateDirect(1);

    public PacketWindow(MessageVector received) {
        packets = received.data().duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * @param offset where in the messages' memory the packet begins
     * @param bytes how many bytes of it are there, 0 or more
     */
    public ByteBuffer show(boolean isIp, int offset, int bytes) {
        return isIp ? packets.limit(offset + bytes).position(offset) : notIp.clear();
    }
}
