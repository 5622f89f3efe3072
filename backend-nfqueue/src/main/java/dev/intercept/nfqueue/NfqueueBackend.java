package dev.intercept.nfqueue;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.Lane;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * One NFQUEUE queue. A poll is one system call that receives up to a batch of packets, the handler for each, and one system
 * call with all their verdicts.
 *
 * <p>Whatever names a packet's id is handed over and gets one verdict. An IP packet of which nothing was copied is an empty
 * buffer, and one that is not IP (a bridge's rule can queue ARP) is a zero byte, the version of no IP: the handler drops the
 * first, as what may be an answer of the target must not escape, and lets the second go. A message without an id is counted.
 */
final class NfqueueBackend extends Lane {

    private final VerdictBatch verdicts;
    private final QueueReadings readings;
    private final Coalescing coalescing;
    private final IdleShare idle;
    private final Optional<HeldSource> held;
    private final PacketMessage message = new PacketMessage();

    /** @param inbox may hold packets already, for the first poll */
    NfqueueBackend(
            int queue,
            NetlinkSocket socket,
            Inbox inbox,
            VerdictBatch verdicts,
            QueueReadings readings,
            Coalescing coalescing,
            IdleShare idle,
            Optional<HeldSource> held) {
        super("nfqueue:" + queue, socket, inbox);
        this.verdicts = verdicts;
        this.readings = readings;
        this.coalescing = coalescing;
        this.idle = idle;
        this.held = held;
    }

    /** Not where the kernel knows no batch verdicts: what it knows is not asked again. */
    @Override
    public Optional<HeldSource> held() {
        return held;
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (timeoutMs > 0 && !isClosed()) {
            coalescing.pause();
        }
        int handed = super.poll(handler, limit, timeoutMs);
        if (handed > 0) {
            coalescing.batch(handed, handed >= limit);
        }
        return handed;
    }

    /** Hands over what waits, and sends the verdicts. */
    @Override
    protected int takeBatch(PacketHandler handler, int limit) throws BackendException {
        int handed = 0;
        try {
            while (handed < limit && !isClosed() && (inbox().next() || handed == 0 && inbox().receive(limit))) {
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

    /** Deals with the present message; the number of packets handed over, 0 or 1. */
    private int takeMessage(PacketHandler handler) throws BackendException {
        if (!message.wrap(inbox().message())) {
            inbox().counts().add(inbox().message());
            return 0;
        }
        Verdict verdict = handler.onPacket(packet(), message.packetBytes());
        verdicts.add(message.id(), Objects.requireNonNull(verdict, "verdict of the packet handler"));
        return 1;
    }

    private ByteBuffer packet() {
        return inbox().packet(message.isIp(), message.payloadOffset(), message.payloadBytes());
    }

    /** For the packet whose handler threw, which {@link #message} still shows, and for those behind it. */
    private void dropTheRest(Throwable thrown) {
        try {
            verdicts.add(message.id(), Verdict.DROP);
            while (inbox().next()) {
                if (message.wrap(inbox().message())) {
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
    protected void free() {
        readings.close();
        idle.close();
    }
}
