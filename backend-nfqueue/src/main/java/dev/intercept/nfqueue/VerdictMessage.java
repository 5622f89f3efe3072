package dev.intercept.nfqueue;

import dev.intercept.netlink.NetlinkAttribute;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;

/**
 * {@code NFQNL_MSG_VERDICT} or {@code NFQNL_MSG_VERDICT_BATCH}: both headers and one attribute.
 *
 * <pre>
 *    0   nlmsghdr, nfgenmsg       (20)  res_id: the queue
 *   20   nla_len 12, nla_type 2   (4)   NFQA_VERDICT_HDR
 *   24   verdict                  u32   big-endian: NF_DROP 0, NF_ACCEPT 1
 *   28   id                       u32   big-endian; in a batch the last id of those it is for
 * </pre>
 */
final class VerdictMessage {

    static final int BYTES = 32;

    static final int NFQA_VERDICT_HDR = 2;
    private static final int ATTRIBUTE_OFFSET = NetfilterHeader.BYTES;
    private static final int VERDICT_OFFSET = 24;
    private static final int ID_OFFSET = 28;
    static final int VALUE_BYTES = 8;

    private VerdictMessage() {}

    /** Writes a whole message. {@code message} is NFQNL_MSG_VERDICT or NFQNL_MSG_VERDICT_BATCH. */
    static void put(ByteBuffer out, int at, int message, int flags, int sequence, int queue, Verdict verdict, int id) {
        int type = QueueProtocol.SUBSYSTEM << 8 | message;
        NetfilterHeader.put(out, at, type, flags, sequence, NetfilterHeader.AF_UNSPEC, queue);
        NetlinkHeader.putLength(out, at, BYTES);
        NetlinkAttribute.put(out, at + ATTRIBUTE_OFFSET, NFQA_VERDICT_HDR, VALUE_BYTES);
        putValue(out, at + VERDICT_OFFSET, verdict, id);
    }

    /** Writes the attribute's value alone. */
    static void putValue(ByteBuffer out, int at, Verdict verdict, int id) {
        NetworkOrder.putInt32(out, at, code(verdict));
        NetworkOrder.putInt32(out, at + Integer.BYTES, id);
    }

    static void putId(ByteBuffer out, int at, int id) {
        NetworkOrder.putInt32(out, at + ID_OFFSET, id);
    }

    private static int code(Verdict verdict) {
        return verdict == Verdict.ACCEPT ? QueueProtocol.NF_ACCEPT : QueueProtocol.NF_DROP;
    }
}
