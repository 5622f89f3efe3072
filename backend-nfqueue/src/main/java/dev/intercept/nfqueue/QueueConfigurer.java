package dev.intercept.nfqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.Dialogue;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * Says {@code NFQNL_MSG_CONFIG} messages, one at a time, and waits for the kernel's answer to each.
 *
 * <pre>
 *   after both headers, one attribute (its header 4 bytes)
 *   NFQA_CFG_CMD 1            0  command u8, 1  padding, 2  protocol family u16 big-endian
 *   NFQA_CFG_PARAMS 2         0  copy range u32 big-endian, 4  copy mode u8
 *   NFQA_CFG_QUEUE_MAXLEN 3   0  packets u32 big-endian
 *   NFQA_CFG_MASK 4           0  flags that are meant, u32 big-endian
 *   NFQA_CFG_FLAGS 5          0  their values, u32 big-endian
 * </pre>
 */
final class QueueConfigurer {

    private static final int NFQA_CFG_CMD = 1;
    private static final int NFQA_CFG_PARAMS = 2;
    private static final int NFQA_CFG_QUEUE_MAXLEN = 3;
    private static final int NFQA_CFG_MASK = 4;
    private static final int NFQA_CFG_FLAGS = 5;

    private static final int NFQNL_CFG_CMD_BIND = 1;
    private static final int NFQNL_CFG_CMD_PF_BIND = 3;
    private static final int NFQNL_COPY_PACKET = 2;
    private static final int NFQA_CFG_F_GSO = 4;

    private static final int TYPE = QueueProtocol.SUBSYSTEM << 8 | QueueProtocol.NFQNL_MSG_CONFIG;

    private static final Logger LOG = System.getLogger(QueueConfigurer.class.getName());

    private final int queue;
    private final Dialogue dialogue;

    /** @param inbox where answers are received, and packets that are there before the last answer */
    QueueConfigurer(NetlinkSocket socket, int queue, Inbox inbox) {
        this.queue = queue;
        dialogue = new Dialogue(socket, "queue " + queue, queue, PacketMessage.TYPE, inbox);
    }

    /**
     * Makes nfnetlink_queue the handler of queued IPv4 packets. Kernels from 3.8 on need none of it and say yes.
     *
     * @throws SystemCallException with EBUSY when ip_queue is that handler
     */
    void bindFamily() throws SystemCallException {
        int errno = command("PF_BIND", NFQNL_CFG_CMD_PF_BIND, NetfilterHeader.AF_INET);
        if (errno != Errno.EEXIST) {
            dialogue.check("PF_BIND", errno);
        }
    }

    /** Takes the queue. Until {@link #setCopyRange} the kernel drops its packets. */
    void bindQueue() throws SystemCallException {
        dialogue.check("BIND", command("BIND", NFQNL_CFG_CMD_BIND, NetfilterHeader.AF_UNSPEC));
    }

    void setMaxPackets(int packets) throws SystemCallException {
        NetworkOrder.putInt32(begin(), dialogue.attribute(NFQA_CFG_QUEUE_MAXLEN, Integer.BYTES), packets);
        dialogue.demand("NFQA_CFG_QUEUE_MAXLEN");
    }

    /** Asks for large packets as they are. Kernels before 3.10 cut them instead, which works as well and costs more. */
    void takeLargePackets() throws SystemCallException {
        ByteBuffer out = begin();
        NetworkOrder.putInt32(out, dialogue.attribute(NFQA_CFG_FLAGS, Integer.BYTES), NFQA_CFG_F_GSO);
        NetworkOrder.putInt32(out, dialogue.attribute(NFQA_CFG_MASK, Integer.BYTES), NFQA_CFG_F_GSO);
        int errno = dialogue.ask("NFQA_CFG_F_GSO");
        if (errno != 0) {
            LOG.log(
                    Level.INFO,
                    "queue " + queue + ": no NFQA_CFG_F_GSO here, " + Errno.text(errno) + ": large packets come cut");
        }
    }

    /**
     * Whether the kernel knows NFQNL_MSG_VERDICT_BATCH, from 3.1 on: asked with a batch up to id 0, which no packet has.
     * ENOENT is the answer of a kernel that looked for one.
     */
    boolean hasVerdictBatch() throws SystemCallException {
        int type = QueueProtocol.SUBSYSTEM << 8 | QueueProtocol.NFQNL_MSG_VERDICT_BATCH;
        ByteBuffer out = dialogue.begin(type, NetfilterHeader.AF_UNSPEC);
        VerdictMessage.putValue(
                out, dialogue.attribute(VerdictMessage.NFQA_VERDICT_HDR, VerdictMessage.VALUE_BYTES), Verdict.DROP, 0);
        int errno = dialogue.ask("NFQNL_MSG_VERDICT_BATCH");
        if (errno != 0 && errno != Errno.ENOENT) {
            LOG.log(
                    Level.INFO,
                    "queue " + queue + ": no batch verdicts here, " + Errno.text(errno) + ": one for each packet");
            return false;
        }
        return true;
    }

    /** Has packets copied up; from now on they come. */
    void setCopyRange(int copyRangeBytes) throws SystemCallException {
        ByteBuffer out = begin();
        int value = dialogue.attribute(NFQA_CFG_PARAMS, Integer.BYTES + 1);
        NetworkOrder.putInt32(out, value, copyRangeBytes);
        out.put(value + Integer.BYTES, (byte) NFQNL_COPY_PACKET);
        dialogue.demand("NFQA_CFG_PARAMS");
    }

    private int command(String name, int command, int family) throws SystemCallException {
        ByteBuffer out = begin();
        int value = dialogue.attribute(NFQA_CFG_CMD, Integer.BYTES);
        out.put(value, (byte) command).put(value + 1, (byte) 0);
        NetworkOrder.putUint16(out, value + 2, family);
        return dialogue.ask(name);
    }

    private ByteBuffer begin() {
        return dialogue.begin(TYPE, NetfilterHeader.AF_UNSPEC);
    }
}
