package dev.intercept.nfqueue;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.Opener;
import dev.intercept.nfnetlink.ReceiveBuffer;
import dev.intercept.spi.BackendException;
import java.util.concurrent.TimeUnit;

/** Opens one queue of NFQUEUE. */
final class QueueOpener extends Opener<NfqueueBackend> {

    /** Datagrams received with one system call. */
    static final int BATCH_PACKETS = 64;

    /** What a packet message has besides the payload: headers and attributes of the kernels so far, 160 bytes, and room. */
    private static final int MESSAGE_OVERHEAD_BYTES = 384;

    /** What the kernel accounts for a message besides its bytes: measured 768 to 1280 with a copy range of 128. */
    private static final int ACCOUNTING_OVERHEAD_BYTES = 1792;

    private static final long MAX_RECEIVE_BUFFER_BYTES = 1L << 30;

    private final SystemCalls calls;
    private final QueueSettings settings;
    private final int queue;

    QueueOpener(SystemCalls calls, QueueSettings settings, int queue) {
        super(calls);
        this.calls = calls;
        this.settings = settings;
        this.queue = queue;
    }

    @Override
    protected BackendException explain(SystemCallException e) {
        return QueueRefusal.explain(queue, e);
    }

    @Override
    protected NfqueueBackend configure(NetlinkSocket socket) throws SystemCallException, BackendException {
        int slotBytes = MESSAGE_OVERHEAD_BYTES + settings.copyRangeBytes();
        Inbox inbox = new Inbox("nfqueue:" + queue, socket, BATCH_PACKETS, slotBytes, "verdicts");
        QueueConfigurer configurer = new QueueConfigurer(socket, queue, inbox);
        socket.refuseOverrunErrors();
        ReceiveBuffer buffer = enlargeReceiveBuffer(socket);
        take(configurer);
        configurer.setMaxPackets(settings.maxPackets());
        if (settings.gso()) {
            configurer.takeLargePackets();
        }
        VerdictBatch verdicts = new VerdictBatch(socket, queue, configurer.hasVerdictBatch());
        QueueReadings readings = new QueueReadings(queue, socket.portId(), settings.lengthRemedy(), remedy(buffer));
        try {
            configurer.setCopyRange(settings.copyRangeBytes());
        } catch (SystemCallException e) {
            readings.close();
            throw e;
        }
        IdleShare idle = new IdleShare();
        long pauseNs = TimeUnit.MICROSECONDS.toNanos(settings.coalesceUs());
        Coalescing coalescing = new Coalescing(calls, pauseNs, idle::percent);
        return new NfqueueBackend(queue, socket, inbox, verdicts, readings, coalescing, idle);
    }

    private void take(QueueConfigurer configurer) throws SystemCallException, BackendException {
        try {
            configurer.bindFamily();
        } catch (SystemCallException e) {
            throw QueueRefusal.explainFamily(queue, e);
        }
        try {
            configurer.bindQueue();
        } catch (SystemCallException e) {
            throw QueueRefusal.explainBind(queue, settings, e);
        }
    }

    /** A buffer that is as large as was asked for grows with the queue's length only. */
    private String remedy(ReceiveBuffer buffer) {
        return buffer.isLimited() ? buffer.remedy() : settings.lengthRemedy();
    }

    private ReceiveBuffer enlargeReceiveBuffer(NetlinkSocket socket) throws SystemCallException {
        long packetBytes = ACCOUNTING_OVERHEAD_BYTES + 2L * settings.copyRangeBytes();
        int wanted = (int) Math.min(MAX_RECEIVE_BUFFER_BYTES, settings.maxPackets() * packetBytes);
        return ReceiveBuffer.enlarge(socket, wanted, "queue " + queue, "it may be full before the queue is");
    }
}
