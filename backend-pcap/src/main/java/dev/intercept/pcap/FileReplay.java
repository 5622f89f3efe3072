package dev.intercept.pcap;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;

/**
 * A capture file, .pcap or .pcapng, whichever it is: libpcap tells them apart. Read as fast as the handler takes it, or in
 * its own time.
 *
 * <p>Thread rule: everything native is used by a poll.
 */
final class FileReplay implements CaptureBackend {

    private final String file;
    private final OpenPcap pcap;
    private final Wakeup wakeup;
    private final PollGate gate;
    private final Pace pace;

    private volatile long frames;
    private boolean broken;

    private FileReplay(String file, PcapSettings settings, OpenPcap pcap, Wakeup wakeup) {
        this.file = file;
        this.pcap = pcap;
        this.wakeup = wakeup;
        gate = new PollGate(wakeup::signal, this::free);
        pace = settings.inRealTime() ? new Pace(System::nanoTime) : null;
    }

    /** @throws BackendException BAD_CONFIGURATION when the file cannot be read or the filter does not parse */
    static FileReplay open(PcapSettings settings) throws BackendException {
        String file = settings.file().orElseThrow();
        OpenPcap pcap = openFile(file, settings);
        try {
            return new FileReplay(file, settings, pcap, new Wakeup());
        } catch (BackendException e) {
            pcap.close();
            throw e;
        }
    }

    private static OpenPcap openFile(String file, PcapSettings settings) throws BackendException {
        checkKind(Path.of(file));
        try {
            return new OpenPcap(Pcaps.openOffline(file), file, settings);
        } catch (PcapNativeException e) {
            throw new BackendException(
                    Kind.BAD_CONFIGURATION,
                    PcapOptions.READ + " " + file + ": libpcap says: " + e.getMessage()
                            + "; give a .pcap or .pcapng file, as tcpdump -w writes it",
                    e);
        }
    }

    /** libpcap would wait in a pipe for as long as its writer likes, and nothing could wake it. */
    private static void checkKind(Path file) throws BackendException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new BackendException(
                    Kind.BAD_CONFIGURATION,
                    PcapOptions.READ + " " + file + ": is no regular file; write the capture to a file first");
        }
    }

    @Override
    public String lane() {
        return "pcap:" + file;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!gate.enter()) {
            return END;
        }
        try {
            if (!hasFrames()) {
                return END;
            }
            awaitNext(timeoutMs);
            return gate.isClosed() ? END : handOn(handler, limit);
        } finally {
            gate.leave();
        }
    }

    /** Reads on in the file when the last batch was handed on. */
    private boolean hasFrames() throws BackendException {
        FrameBatch batch = pcap.batch();
        if (!batch.hasNext()) {
            throwIfBroken();
            broken = batch.fill(FrameBatch.MAX_FRAMES) < 0;
            if (!batch.hasNext()) {
                throwIfBroken();
            }
        }
        return batch.hasNext();
    }

    private void throwIfBroken() throws BackendException {
        if (broken) {
            throw new BackendException(
                    Kind.BAD_CONFIGURATION,
                    PcapOptions.READ + " " + file + ": libpcap says: " + pcap.error() + "; the " + frames
                            + " packets before that were read. The capture may have been cut short; repair it, or take another");
        }
    }

    private void awaitNext(int timeoutMs) {
        long untilDueNs = untilDueNs();
        if (untilDueNs > 0 && timeoutMs > 0) {
            long untilDueMs = TimeUnit.NANOSECONDS.toMillis(untilDueNs + 999_999);
            wakeup.await((int) Math.min(timeoutMs, untilDueMs));
        }
    }

    private long untilDueNs() {
        return pace == null ? 0 : pace.untilDueNs(pcap.batch().nextTimestampUs());
    }

    /** Hands each packet on that is due. What the handler throws is thrown on; the rest of the batch is then never seen. */
    private int handOn(PacketHandler handler, int limit) {
        FrameBatch batch = pcap.batch();
        boolean done = false;
        int handed = 0;
        int read = 0;
        try {
            while (handed < limit && !gate.isClosed() && batch.hasNext() && untilDueNs() <= 0) {
                batch.advance();
                read++;
                if (pcap.decoder().decode(batch.frames(), batch.frameStart(), batch.frameEnd())) {
                    handler.onPacket(batch.frames(), batch.wireBytesFromPosition());
                    handed++;
                }
            }
            done = true;
            return handed;
        } finally {
            frames = frames + read;
            if (!done) {
                batch.forget();
            }
        }
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    /** Reading a file loses nothing. */
    @Override
    public KernelStats kernelStats() {
        return new KernelStats(0, frames, List.of());
    }

    @Override
    public void close() {
        gate.close();
    }

    private void free() {
        pcap.close();
        wakeup.close();
    }
}
