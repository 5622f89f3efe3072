package dev.intercept.pcap;

import dev.intercept.pcap.link.FrameDecoder;
import dev.intercept.pcap.link.FrameTally;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Capture on one device.
 *
 * <p>Which way the packets go is for the device and the filter to say: on an assistant host responses come in; on the target
 * itself they go out. Both are captured. The pseudo device {@code any} shows a packet once for each device that it passes,
 * {@link DuplicateFilter} hands it on once.
 *
 * <p>A device that goes down or away ends nothing: {@link #poll} waits until it is back. Any other error of libpcap, and of the wait,
 * {@link #poll} throws.
 *
 * <p>Thread rule: {@code pcap} is used inside {@code gate}, and changed there under {@code statistics} too, under which alone
 * it is read for statistics. No poll holds {@code statistics} while it waits.
 */
final class LiveCapture implements CaptureBackend {

    private static final System.Logger LOG = System.getLogger(LiveCapture.class.getName());

    /** libpcap's name for all devices together. */
    static final String ANY = "any";

    private final DeviceSource source;
    private final Wakeup wakeup;
    private final PollGate gate;
    private final DeviceWatch watch;
    private final DropCounters drops;
    private final @Nullable DuplicateFilter duplicates;
    private final Object statistics = new Object();
    private final FrameTally tally;
    private final FrameReport report;

    private @Nullable OpenPcap pcap;

    /** @param pcap null where the device has gone */
    LiveCapture(DeviceSource source, Wakeup wakeup, DeviceWatch watch, FrameTally tally, @Nullable OpenPcap pcap) {
        this.source = source;
        this.wakeup = wakeup;
        this.watch = watch;
        this.tally = tally;
        this.pcap = pcap;
        report = new FrameReport(source.lane(), tally);
        gate = new PollGate(wakeup::signal, this::free);
        drops = new DropCounters(source.device(), source.bufferBytes());
        duplicates = source.device().equals(ANY) ? new DuplicateFilter() : null;
    }

    @Override
    public String lane() {
        return source.lane();
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!gate.enter()) {
            return END;
        }
        try {
            OpenPcap open = pcap;
            return open == null ? awaitDevice(timeoutMs) : capture(open, handler, limit, timeoutMs);
        } finally {
            gate.leave();
        }
    }

    private int capture(OpenPcap open, PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        int result = open.batch().fill(limit);
        if (result == 0 && timeoutMs > 0) {
            wakeup.await(timeoutMs);
            if (gate.isClosed()) {
                return END;
            }
            result = open.batch().fill(limit);
        }
        int handed = handOn(handler, open.batch(), open.decoder());
        if (result < 0 && handed == 0) {
            captureEnded(open);
        } else if (result == 0) {
            watch.idle();
        }
        return handed;
    }

    /** Hands each packet on. What the handler throws is thrown on; the rest of the batch is then never seen. */
    private int handOn(PacketHandler handler, FrameBatch batch, FrameDecoder decoder) {
        int handed = 0;
        while (!gate.isClosed() && batch.hasNext()) {
            long timestampUs = batch.nextTimestampUs();
            batch.advance();
            if (decoder.decode(batch.frames(), batch.frameStart(), batch.frameEnd()) && isNew(batch, timestampUs)) {
                handler.onPacket(batch.frames(), batch.wireBytesFromPosition());
                handed++;
            }
        }
        return handed;
    }

    private boolean isNew(FrameBatch batch, long timestampUs) {
        return duplicates == null || duplicates.isNew(batch.frames(), timestampUs);
    }

    /** With an error that comes again, if it does not end with the device's return. */
    private void captureEnded(OpenPcap ended) throws BackendException {
        String words = ended.error();
        if (!watch.hasGone()) {
            throw new BackendException(
                    BackendException.Kind.REFUSED, lane() + ": libpcap ended the capture (" + words + ")");
        }
        release();
    }

    private int awaitDevice(int timeoutMs) throws BackendException {
        int waitMs = Math.min(timeoutMs, watch.msToLook());
        if (waitMs > 0) {
            wakeup.await(waitMs);
        }
        if (!gate.isClosed() && watch.canBeOpened()) {
            reopen();
        }
        return gate.isClosed() ? END : 0;
    }

    private void reopen() throws BackendException {
        OpenPcap open = source.openPcap(wakeup, tally);
        synchronized (statistics) {
            pcap = open;
        }
        watch.reopened();
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    @Override
    public KernelStats kernelStats() {
        report.logNewKinds();
        synchronized (statistics) {
            if (pcap != null) {
                drops.read(pcap.handle());
            }
            return drops.stats(report.loss());
        }
    }

    private void release() {
        synchronized (statistics) {
            if (pcap != null) {
                drops.read(pcap.handle());
                drops.sourceEnded();
                pcap.close();
                pcap = null;
            }
        }
    }

    @Override
    public void close() {
        gate.close();
    }

    private void free() {
        release();
        wakeup.close();
        report.end();
        if (duplicates != null) {
            LOG.log(
                    Level.INFO,
                    "{0}: {1} packets were seen on a second device and handed on once",
                    lane(),
                    duplicates.count());
        }
    }
}
