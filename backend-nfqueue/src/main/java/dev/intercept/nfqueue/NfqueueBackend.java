package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.MessageCursor;
import dev.intercept.nfnetlink.MessageVector;
import dev.intercept.nfnetlink.NetlinkSocket;
import dev.intercept.nfnetlink.PacketWindow;
import dev.intercept.nfnetlink.PollGate;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One NFQUEUE queue. A poll is one system call that receives up to a batch of packets, the handler for each, and one system
 * call with all their verdicts.
 *
 * <p>Whatever names a packet's id is handed over and gets one verdict. An IP packet of which nothing was copied is an empty
 * buffer, and one that is not IP (a bridge's rule can queue ARP) is a zero byte, the version of no IP: the handler drops the
 * first, as what may be an answer of the target must not escape, and lets the second go. A message without an id is counted.
 */
final class NfqueueBackend implements CaptureBackend {

    private final String lane;
    private final Inbox inbox;
    private final VerdictBatch verdicts;
    private final QueueReadings readings;
    private final Coalescing coalescing;
    private final PacketMessage message = new PacketMessage();
    private final PacketWindow window;

    private final PollGate gate;

    /** @param cursor may hold packets already, for the first poll */
    NfqueueBackend(
            int queue,
            NetlinkSocket socket,
            MessageVector received,
            MessageCursor cursor,
            VerdictBatch verdicts,
            QueueReadings readings,
            Coalescing coalescing) {
        lane = "nfqueue:" + queue;
        inbox = new Inbox(lane, socket, received, cursor, "verdicts");
        this.verdicts = verdicts;
        this.readings = readings;
        this.coalescing = coalescing;
        gate = new PollGate(socket, this::free);
        window = new PacketWindow(received);
    }

    @Override
    public String lane() {
        return lane;
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        gate.enter();
        try {
            if (gate.isClosed()) {
                return END;
            }
            if (timeoutMs > 0) {
                coalescing.pause();
            }
            int handed = takeBatch(handler, limit);
            if (handed == 0 && timeoutMs > 0) {
                handed = awaitBatch(handler, limit, timeoutMs);
            }
            if (handed > 0) {
                coalescing.batch(handed, handed >= limit);
            }
            return handed == 0 && gate.isClosed() ? END : handed;
        } finally {
            gate.leave();
        }
    }

    private int awaitBatch(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        int leftMs = timeoutMs;
        int handed = 0;
        while (handed == 0 && leftMs > 0 && !gate.isClosed()) {
            inbox.await(leftMs);
            handed = gate.isClosed() ? 0 : takeBatch(handler, limit);
            leftMs = (int) ((deadlineNs - System.nanoTime() + 999_999) / 1_000_000);
        }
        return handed;
    }

    /** Hands over what waits, and sends the verdicts. */
    private int takeBatch(PacketHandler handler, int limit) throws BackendException {
        int handed = 0;
        try {
            while (handed < limit && !gate.isClosed() && (inbox.next() || handed == 0 && inbox.receive(limit))) {
                handed += takeMessage(handler);
            }
        } catch (RuntimeException | Error e) {
            // Not finally: a BackendException means that nothing can be sent any more.
            dropTheRest(e);
            throw e;
        }
        verdicts.send();
        return handed;
    }

    /** Deals with the message at the cursor; the number of packets handed over, 0 or 1. */
    private int takeMessage(PacketHandler handler) throws BackendException {
        if (!message.wrap(inbox.cursor())) {
            inbox.counts().add(inbox.cursor());
            return 0;
        }
        Verdict verdict = handler.onPacket(packet(), message.packetBytes());
        verdicts.add(message.id(), Objects.requireNonNull(verdict, "verdict of the packet handler"));
        return 1;
    }

    private ByteBuffer packet() {
        return window.show(message.isIp(), message.payloadOffset(), message.payloadBytes());
    }

    /** For the packet whose handler threw, which {@link #message} still shows, and for those behind it. */
    private void dropTheRest(Throwable thrown) {
        try {
            verdicts.add(message.id(), Verdict.DROP);
            while (inbox.next()) {
                if (message.wrap(inbox.cursor())) {
                    verdicts.add(message.id(), Verdict.DROP);
                }
            }
            verdicts.send();
        } catch (BackendException e) {
            thrown.addSuppressed(e);
        }
    }

    @Override
    public KernelStats kernelStats() {
        return readings.read();
    }

    @Override
    public void close() {
        gate.close();
    }

    private void free() {
        readings.close();
        inbox.logCounts();
    }
}
