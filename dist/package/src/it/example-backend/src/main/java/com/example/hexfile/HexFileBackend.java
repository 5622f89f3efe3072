package com.example.hexfile;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** One open file of packets. The verdicts go nowhere: a file takes none. */
final class HexFileBackend implements CaptureBackend {

    /** How often the end of a followed file is looked at again. */
    private static final int LOOK_INTERVAL_MS = 10;

    private static final int READ_BYTES = 8192;
    private static final int NO_CHARACTER = -1;

    private final Path file;
    private final boolean isFollowing;
    private final InputStream in;
    private final byte[] read = new byte[READ_BYTES];
    private final HexLine line = new HexLine();
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong malformedLines = new AtomicLong();
    private volatile boolean isClosed;
    private int readAt;
    private int readEnd;

    /** @param isFollowing whether the end of the file is not the end of the packets */
    HexFileBackend(Path file, boolean isFollowing) throws IOException {
        this.file = file;
        this.isFollowing = isFollowing;
        this.in = new FileInputStream(file.toFile());
    }

    @Override
    public String lane() {
        return "hexfile:" + file;
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        long beginNs = System.nanoTime();
        try {
            while (!isClosed) {
                int handed = handOver(handler, limit);
                long leftMs = timeoutMs - (System.nanoTime() - beginNs) / 1_000_000;
                if (handed > 0 || leftMs <= 0 && isFollowing) {
                    return handed;
                }
                if (!isFollowing) {
                    return END;
                }
                pause(Math.min(leftMs, LOOK_INTERVAL_MS));
            }
            return END;
        } catch (IOException e) {
            return endUnlessBroken(e);
        }
    }

    private int handOver(PacketHandler handler, int limit) throws IOException {
        int handed = 0;
        while (handed < limit && !isClosed && completeLine()) {
            handed += finishLine(handler);
        }
        return handed;
    }

    /** Whether the line is whole; where the file is followed, one without its line feed is not. */
    private boolean completeLine() throws IOException {
        int character = nextCharacter();
        while (character != '\n' && character != NO_CHARACTER) {
            line.take(character);
            character = nextCharacter();
        }
        return character == '\n' || !isFollowing && (line.holdsPacket() || line.isMalformed());
    }

    private int nextCharacter() throws IOException {
        if (readAt == readEnd) {
            readAt = 0;
            readEnd = Math.max(0, in.read(read));
        }
        return readAt == readEnd ? NO_CHARACTER : read[readAt++];
    }

    /** The line is done with in any case, also when the handler throws. */
    private int finishLine(PacketHandler handler) {
        try {
            if (line.isMalformed()) {
                malformedLines.incrementAndGet();
            }
            if (!line.holdsPacket()) {
                return 0;
            }
            packets.incrementAndGet();
            handler.onPacket(line.packet());
            return 1;
        } finally {
            line.clear();
        }
    }

    private synchronized void pause(long durationMs) {
        try {
            if (!isClosed) {
                wait(durationMs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private int endUnlessBroken(IOException e) throws BackendException {
        if (isClosed) {
            return END;
        }
        throw new BackendException(
                BackendException.Kind.REFUSED, file + " cannot be read on: " + e.getMessage() + "; see dmesg", e);
    }

    @Override
    public KernelStats kernelStats() {
        KernelStats.Loss malformed = new KernelStats.Loss(
                "malformed_lines",
                malformedLines.get(),
                "lines are no packet",
                "mend " + file + ": each line has hexadecimal digits, two a byte");
        return new KernelStats(0, packets.get(), List.of(malformed));
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        notifyAll();
        try {
            in.close();
        } catch (IOException e) {
            // Nothing was written, so nothing is lost.
        }
    }
}
