package dev.intercept.nfqueue;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.Opener;
import dev.intercept.nfnetlink.ReceiveBuffer;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.HeldSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
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

    private static final Logger LOG = System.getLogger(QueueOpener.class.getName());

    private final SystemCalls calls;
    private final QueueSettings settings;
    private final int queue;
    private boolean isResumed;

    QueueOpener(SystemCalls calls, QueueSettings settings, int queue) {
        super(calls);
        this.calls = calls;
        this.settings = settings;
        this.queue = queue;
    }

    /** What a held source of this queue with these settings is called. */
    String heldAs() {
        return "nfqueue:" + queue + " " + settings;
    }

    /** Goes on with a socket that has the queue and its settings already; where that fails the queue is taken anew. */
    NfqueueBackend resume(int fd) throws BackendException {
        isResumed = true;
        try {
            return configured(NetlinkSocket.resumed(calls, fd));
        } catch (SystemCallException | BackendException e) {
            LOG.log(Level.WARNING, "queue " + queue + " is taken anew, what waits in it is dropped: " + e.getMessage());
            isResumed = false;
            return open();
        } finally {
            isResumed = false;
        }
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
        boolean hasVerdictBatch = isResumed || prepare(configurer);
        VerdictBatch verdicts = new VerdictBatch(socket, queue, hasVerdictBatch);
        QueueReadings readings = new QueueReadings(queue, socket.portId(), settings.lengthRemedy(), remedy(buffer));
        try {
            if (!isResumed) {
                configurer.setCopyRange(settings.copyRangeBytes());
            }
        } catch (SystemCallException e) {
            readings.close();
            throw e;
        }
        IdleShare idle = new IdleShare();
        long pauseNs = TimeUnit.MICROSECONDS.toNanos(settings.coalesceUs());
        Coalescing coalescing = new Coalescing(calls, pauseNs, idle::percent);
        Optional<HeldSource> held =
                hasVerdictBatch ? Optional.of(new HeldSource(heldAs(), socket.fd())) : Optional.empty();
        return new NfqueueBackend(queue, socket, inbox, verdicts, readings, coalescing, idle, held);
    }

    /** Takes the queue. An answer of the kernel's comes behind the packets that wait, so nothing is asked of one that has some. */
    private boolean prepare(QueueConfigurer configurer) throws SystemCallException, BackendException {
        take(configurer);
        configurer.setMaxPackets(settings.maxPackets());
        if (settings.gso()) {
            configurer.takeLargePackets();
        }
        return configurer.hasVerdictBatch();
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
