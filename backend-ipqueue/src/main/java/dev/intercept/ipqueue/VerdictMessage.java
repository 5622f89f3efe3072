package dev.intercept.ipqueue;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;

/**
 * {@code IPQM_VERDICT}: what shall become of one packet. Native byte order.
 *
 * <pre>
 *   64-bit  32-bit    struct ipq_verdict_msg behind its netlink header
 *        0       0    netlink header, type 18, flags NLM_F_REQUEST
 *       16      16    verdict       u32: 0 is NF_DROP, 1 is NF_ACCEPT
 *       24      20    packet id     word, as it came
 *       32      24    data length   word: 0, the packet stays as it is
 *       40      28    end
 * </pre>
 *
 * One message per datagram: the kernel ignores a second one.
 */
final class VerdictMessage {

    /** {@code IPQM_VERDICT}. */
    static final int TYPE = 18;

    static final int NF_DROP = 0;
    static final int NF_ACCEPT = 1;

    private static final int VERDICT_OFFSET = NetlinkHeader.BYTES;

    private VerdictMessage() {}

    /** 40 with 64 bits, 28 with 32. */
    static int bytes(WordSize word) {
        return NetlinkHeader.BYTES + 3 * word.bytes();
    }

    /** What is the same in every verdict of a listener. */
    static void writeConstants(ByteBuffer memory, int offset, WordSize word, int portId) {
        NetlinkHeader.put(memory, offset, bytes(word), TYPE, NetlinkHeader.NLM_F_REQUEST, 0, portId);
    }

    static void write(ByteBuffer memory, int offset, WordSize word, long packetId) {
        memory.putInt(offset + VERDICT_OFFSET, NF_DROP);
        word.put(memory, offset + VERDICT_OFFSET + word.bytes(), packetId);
    }

    static void setVerdict(ByteBuffer memory, int offset, Verdict verdict) {
        memory.putInt(offset + VERDICT_OFFSET, verdict == Verdict.ACCEPT ? NF_ACCEPT : NF_DROP);
    }
}
