package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.Errno;
import dev.intercept.nfnetlink.MessageCursor;
import dev.intercept.nfnetlink.MessageVector;
import dev.intercept.nfnetlink.NetlinkAttribute;
import dev.intercept.nfnetlink.NetlinkHeader;
import dev.intercept.nfnetlink.NetlinkSocket;
import dev.intercept.nfnetlink.NetworkOrder;
import dev.intercept.nfnetlink.SystemCallException;
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

    private static final int MAX_MESSAGE_BYTES = 64;
    private static final int FLAGS = NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_ACK;
    private static final int TYPE = QueueProtocol.SUBSYSTEM << 8 | QueueProtocol.NFQNL_MSG_CONFIG;

    /** The kernel answers before the request's system call returns; this only ends a wait for a kernel that does not. */
    private static final int ANSWER_TIMEOUT_MS = 2_000;

    private static final int NO_ANSWER_YET = -1;

    private static final Logger LOG = System.getLogger(QueueConfigurer.class.getName());

    private final NetlinkSocket socket;
    private final int queue;
    private final MessageVector received;
    private final MessageCursor cursor;
    private final MessageVector request = new MessageVector(1, MAX_MESSAGE_BYTES);
    private final PacketMessage packet = new PacketMessage();
    private int sequence;
    private int bytes;

    /**
     * @param received where answers are received, and packets that are there before the last answer
     * @param cursor over {@code received}; left at the beginning of the batch with the last answer
     */
    QueueConfigurer(NetlinkSocket socket, int queue, MessageVector received, MessageCursor cursor) {
        this.socket = socket;
        this.queue = queue;
        this.received = received;
        this.cursor = cursor;
    }

    /**
     * Makes nfnetlink_queue the handler of queued IPv4 packets. Kernels from 3.8 on need none of it and say yes.
     *
     * @throws SystemCallException with EBUSY when ip_queue is that handler
     */
    void bindFamily() throws SystemCallException {
        int errno = command("PF_BIND", NFQNL_CFG_CMD_PF_BIND, NetlinkHeader.AF_INET);
        if (errno != Errno.EEXIST) {
            check("PF_BIND", errno);
        }
    }

    /** Takes the queue. Until {@link #setCopyRange} the kernel drops its packets. */
    void bindQueue() throws SystemCallException {
        check("BIND", command("BIND", NFQNL_CFG_CMD_BIND, NetlinkHeader.AF_UNSPEC));
    }

    void setMaxPackets(int packets) throws SystemCallException {
        begin(TYPE);
        int value = attribute(NFQA_CFG_QUEUE_MAXLEN, Integer.BYTES);
        NetworkOrder.putInt32(data(), value, packets);
        check("NFQA_CFG_QUEUE_MAXLEN", ask("NFQA_CFG_QUEUE_MAXLEN"));
    }

    /** Asks for large packets as they are. Kernels before 3.10 cut them instead, which works as well and costs more. */
    void takeLargePackets() throws SystemCallException {
        begin(TYPE);
        NetworkOrder.putInt32(data(), attribute(NFQA_CFG_FLAGS, Integer.BYTES), NFQA_CFG_F_GSO);
        NetworkOrder.putInt32(data(), attribute(NFQA_CFG_MASK, Integer.BYTES), NFQA_CFG_F_GSO);
        int errno = ask("NFQA_CFG_F_GSO");
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
        VerdictMessage.put(data(), 0, QueueProtocol.NFQNL_MSG_VERDICT_BATCH, FLAGS, ++sequence, queue, Verdict.DROP, 0);
        bytes = VerdictMessage.BYTES;
        int errno = ask("NFQNL_MSG_VERDICT_BATCH");
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
        begin(TYPE);
        int value = attribute(NFQA_CFG_PARAMS, Integer.BYTES + 1);
        NetworkOrder.putInt32(data(), value, copyRangeBytes);
        data().put(value + Integer.BYTES, (byte) NFQNL_COPY_PACKET);
        check("NFQA_CFG_PARAMS", ask("NFQA_CFG_PARAMS"));
    }

    private int command(String name, int command, int family) throws SystemCallException {
        begin(TYPE);
        int value = attribute(NFQA_CFG_CMD, Integer.BYTES);
        data().put(value, (byte) command).put(value + 1, (byte) 0);
        NetworkOrder.putUint16(data(), value + 2, family);
        return ask(name);
    }

    private ByteBuffer data() {
        return request.data();
    }

    private void begin(int type) {
        NetlinkHeader.put(data(), 0, type, FLAGS, ++sequence, NetlinkHeader.AF_UNSPEC, queue);
        bytes = NetlinkHeader.ATTRIBUTES_OFFSET;
    }

    /** Appends an attribute and returns where its value goes. */
    private int attribute(int type, int valueBytes) {
        int value = bytes + NetlinkAttribute.HEADER_BYTES;
        NetlinkAttribute.put(data(), bytes, type, valueBytes);
        bytes = NetlinkAttribute.align(value + valueBytes);
        return value;
    }

    /** Sends the request and returns the error number of its answer, 0 for none. */
    private int ask(String what) throws SystemCallException {
        NetlinkHeader.putLength(data(), 0, bytes);
        int sent = socket.send(request, bytes);
        if (sent < 0) {
            throw failed(what, -sent);
        }
        long deadlineNs = System.nanoTime() + ANSWER_TIMEOUT_MS * 1_000_000L;
        int answer;
        do {
            answer = receiveAnswer(what, deadlineNs);
        } while (answer == NO_ANSWER_YET);
        return answer;
    }

    private int receiveAnswer(String what, long deadlineNs) throws SystemCallException {
        int datagrams = socket.receive(received, received.slots());
        if (datagrams == -Errno.EAGAIN) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new SystemCallException("queue " + queue + ": waiting for the answer to " + what, Errno.EAGAIN);
            }
            socket.await((int) leftMs);
            return NO_ANSWER_YET;
        }
        return datagrams < 0 ? NO_ANSWER_YET : findAnswer(datagrams);
    }

    private int findAnswer(int datagrams) {
        cursor.begin(datagrams);
        int answer = NO_ANSWER_YET;
        while (answer == NO_ANSWER_YET && cursor.next()) {
            answer = answerAtCursor();
        }
        // Packets behind the answer, or in front of it, are for the first poll.
        cursor.begin(datagrams);
        return answer;
    }

    private int answerAtCursor() {
        if (packet.wrap(cursor)) {
            // They come only when everything is set, so this answers the last request.
            return 0;
        }
        boolean mine = NetlinkHeader.isError(cursor.data(), cursor.at(), cursor.bytes())
                && NetlinkHeader.sequence(cursor.data(), cursor.at()) == sequence;
        return mine ? NetlinkHeader.errno(cursor.data(), cursor.at()) : NO_ANSWER_YET;
    }

    private void check(String what, int errno) throws SystemCallException {
        if (errno != 0) {
            throw failed(what, errno);
        }
    }

    private SystemCallException failed(String what, int errno) {
        return new SystemCallException("queue " + queue + ": " + what, errno);
    }
}
