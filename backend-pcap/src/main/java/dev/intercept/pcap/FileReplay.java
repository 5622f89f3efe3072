package dev.intercept.pcap;

import dev.intercept.pcap.file.State;
import dev.intercept.pcap.link.FrameTally;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Capture files, one after the other, read as fast as the handler takes their packets, or in their own time.
 *
 * <p>Thread rule: {@code reader} is used by a poll, but for its counts and its interruption.
 */
final class FileReplay implements CaptureBackend {

    private static final System.Logger LOG = System.getLogger(FileReplay.class.getName());

    private final String lane;
    private final PcapSettings settings;
    private final PollGate gate = new PollGate(this::wake, this::free);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final FrameTally tally = new FrameTally();
    private final FrameReport report;
    private final PacketReader reader;
    private final @Nullable Pace pace;

    private volatile long packets;

    private FileReplay(PcapSettings settings) throws BackendException {
        this.settings = settings;
        lane = "pcap:" + String.join(",", settings.files());
        report = new FrameReport(lane, tally);
        pace = settings.inRealTime() ? new Pace(lane, System::nanoTime) : null;
        reader = new PacketReader(settings, tally);
    }

    /** @throws BackendException BAD_CONFIGURATION when a file cannot be read or the filter does not parse */
    static FileReplay open(PcapSettings settings) throws BackendException {
        FileReplay replay = new FileReplay(settings);
        if (!settings.readNow()) {
            LOG.log(
                    Level.INFO,
                    "{0}: reading begins with the first route that a tcpcopy adds; {1} begins at once",
                    replay.lane,
                    PcapOptions.READ_NOW);
        }
        return replay;
    }

    @Override
    public String lane() {
        return lane;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!gate.enter()) {
            return END;
        }
        try {
            State state = reader.next(timeoutMs);
            if (state == State.FRAME) {
                awaitDue(timeoutMs);
            }
            return gate.isClosed() || state == State.END ? END : handOn(handler, limit);
        } finally {
            gate.leave();
        }
    }

    private void awaitDue(int timeoutMs) {
        long untilDueNs = untilDueNs();
        if (untilDueNs > 0 && timeoutMs > 0) {
            try {
                closing.await(Math.min(TimeUnit.MILLISECONDS.toNanos(timeoutMs), untilDueNs), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long untilDueNs() {
        return pace == null ? 0 : pace.untilDueNs(reader.timestampUs());
    }

    /** Hands each packet on that is due. What the handler throws is thrown on; its packet is not shown again. */
    private int handOn(PacketHandler handler, int limit) throws BackendException {
        int handed = 0;
        while (handed < limit && !gate.isClosed() && reader.next(0) == State.FRAME && untilDueNs() <= 0) {
            try {
                packets = packets + 1;
                handler.onPacket(reader.packet(), reader.wireBytes());
                handed++;
            } finally {
                reader.done();
            }
        }
        return handed;
    }

    @Override
    public Polling polling() {
        return settings.readNow() ? Polling.WHILE_TAKEN : Polling.FROM_FIRST_ROUTE;
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    /** Reading a file loses nothing but what is not understood. */
    @Override
    public KernelStats kernelStats() {
        report.logNewKinds();
        return new KernelStats(0, packets, List.of(report.loss()));
    }

    @Override
    public void close() {
        gate.close();
    }

    private void wake() {
        closing.countDown();
        reader.interrupt();
    }

    private void free() {
        reader.free();
        report.end();
        logEnd();
    }

    private void logEnd() {
        long frames = reader.frames();
        long filtered = reader.filtered();
        LOG.log(
                packets == 0 && frames > 0 ? Level.WARNING : Level.INFO,
                "{0}: {1} frames read, {2} packets handed on{3}",
                lane,
                String.valueOf(frames),
                String.valueOf(packets),
                filtered == 0
                        ? ""
                        : ", " + filtered + " frames did not pass " + PcapOptions.FILTER + " '" + settings.filter()
                                + "'");
    }
}
