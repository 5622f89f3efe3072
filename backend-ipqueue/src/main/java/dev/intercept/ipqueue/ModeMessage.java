package dev.intercept.ipqueue;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;

/**
 * {@code IPQM_MODE}: makes its sender the listener of ip_queue and says how much of each packet to copy. Native byte order.
 *
 * <pre>
 *   64-bit  32-bit    struct ipq_mode_msg behind its netlink header
 *        0       0    netlink header, type 17, flags NLM_F_REQUEST and NLM_F_ACK
 *       16      16    copy mode    u8: 2 is IPQ_COPY_PACKET
 *       24      20    copy range   word: bytes of each packet; 0 copies it whole
 *       32      24    nothing: the kernel refuses anything shorter than its struct ipq_peer_msg
 *       40      28    end
 * </pre>
 */
final class ModeMessage {

    /** {@code IPQM_MODE}. */
    static final int TYPE = 17;
    /** {@code IPQ_COPY_PACKET}. */
    static final int COPY_PACKET = 2;

    private static final int MODE_OFFSET = NetlinkHeader.BYTES;

    private ModeMessage() {}

    /** The length of a mode message and of a verdict: the header and the larger of the two bodies. */
    static int bytes(WordSize word) {
        return VerdictMessage.bytes(word);
    }

    static void write(ByteBuffer memory, int offset, WordSize word, int sequence, int portId, int copyRangeBytes) {
        int flags = NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_ACK;
        NetlinkHeader.put(memory, offset, bytes(word), TYPE, flags, sequence, portId);
        memory.put(offset + MODE_OFFSET, (byte) COPY_PACKET);
        word.put(memory, offset + MODE_OFFSET + word.bytes(), copyRangeBytes);
    }
}
