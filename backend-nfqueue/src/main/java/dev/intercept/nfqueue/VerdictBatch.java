package dev.intercept.nfqueue;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts that wait to be sent: one message for each run of equal verdicts, all in one datagram.
 *
 * <p>A batch message is for every queued packet up to its id, so the order of arrival is kept and a run ends where the
 * verdict changes. The kernel also finds a packet in constant time only in this order.
 */
final class VerdictBatch {

    /** Runs in one datagram: as many as a batch of packets can have. */
    static final int MAX_RUNS = 64;

    private final NetlinkSocket socket;
    private final int queue;
    private final boolean batches;
    private final DatagramVector datagram;
    private final ByteBuffer out;
    private int bytes;

    /** Of the last message; null where none waits. */
    private @Nullable Verdict run;

    /**
     * @param batches whether the kernel knows NFQNL_MSG_VERDICT_BATCH; otherwise every packet has a message of its own
     */
    VerdictBatch(NetlinkSocket socket, int queue, boolean batches) {
        this.socket = socket;
        this.queue = queue;
        this.batches = batches;
        datagram = new DatagramVector(socket.calls(), 1, MAX_RUNS * VerdictMessage.BYTES);
        out = datagram.data();
    }

    /** Adds one verdict, in order of arrival. Sends when there is no room for it. */
    void add(int id, Verdict verdict) throws BackendException {
        if (batches && verdict == run) {
            VerdictMessage.putId(out, bytes - VerdictMessage.BYTES, id);
            return;
        }
        if (bytes == MAX_RUNS * VerdictMessage.BYTES) {
            send();
        }
        int message = batches ? QueueProtocol.NFQNL_MSG_VERDICT_BATCH : QueueProtocol.NFQNL_MSG_VERDICT;
        VerdictMessage.put(out, bytes, message, NetlinkHeader.NLM_F_REQUEST, 0, queue, verdict, id);
        bytes += VerdictMessage.BYTES;
        run = verdict;
    }

    /** Sends what waits, if anything does. The kernel has acted on it when this returns. */
    void send() throws BackendException {
        if (bytes == 0) {
            return;
        }
        int sending = bytes;
        bytes = 0;
        run = null;
        int result = socket.send(datagram, sending);
        if (result < 0) {
            throw new BackendException(
                    BackendException.Kind.REFUSED,
                    "queue " + queue + ": the verdicts of a batch could not be sent: " + Errno.text(-result));
        }
    }
}
