package dev.intercept.nfqueue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of the machine's processor time nobody used lately, from {@code /proc/uptime}: what all its processors idled since the
 * start is the second of its two numbers, both in seconds with two decimals. Allocates nothing after its first reading.
 *
 * <p>Thread rule: one thread.
 */
final class IdleShare implements AutoCloseable {

    private static final Path UPTIME = Path.of("/proc/uptime");

    /** Has a line for each processor, whichever of them this process may use, and one for all. */
    private static final Path STAT = Path.of("/proc/stat");

    /** Twenty-five steps of what the file can show, and a few microseconds of reading. */
    private static final long READING_INTERVAL_NS = 250_000_000;

    private static final int MAX_BYTES = 64;
    private static final int FULL_PERCENT = 100;

    private final Path uptime;
    private final Path stat;
    private final byte[] text = new byte[MAX_BYTES];
    private @Nullable RandomAccessFile open;
    private long processors;
    private boolean hasFailed;
    private int at;
    private long lastUp;
    private long lastIdle;
    private long readAtNs = Long.MIN_VALUE;
    private int percent;

    IdleShare() {
        this(UPTIME, STAT);
    }

    IdleShare(Path uptime, Path stat) {
        this.uptime = uptime;
        this.stat = stat;
    }

    /** 0 to 100; 0 until there are two readings, and where there are none. */
    int percent(long nowNs) {
        if (!hasFailed && (readAtNs == Long.MIN_VALUE || nowNs - readAtNs >= READING_INTERVAL_NS)) {
            readAtNs = nowNs;
            read();
        }
        return percent;
    }

    private void read() {
        try {
            RandomAccessFile file = open == null ? open() : open;
            file.seek(0);
            int bytes = file.read(text);
            at = 0;
            update(nextHundredths(bytes), nextHundredths(bytes));
        } catch (IOException e) {
            hasFailed = true;
            percent = 0;
        }
    }

    private RandomAccessFile open() throws IOException {
        RandomAccessFile file = new RandomAccessFile(uptime.toFile(), "r");
        open = file;
        try (Stream<String> lines = Files.lines(stat, StandardCharsets.US_ASCII)) {
            processors = lines.filter(line -> line.startsWith("cpu")).count() - 1;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return file;
    }

    private void update(long up, long idle) {
        long passed = (up - lastUp) * processors;
        if (lastUp > 0 && passed > 0) {
            percent = (int) Math.max(0, Math.min(FULL_PERCENT, (idle - lastIdle) * FULL_PERCENT / passed));
        }
        lastUp = up;
        lastIdle = idle;
    }

    /** The digits of the next number, its point left out. */
    private long nextHundredths(int bytes) {
        long hundredths = 0;
        while (at < bytes && text[at] > ' ') {
            if (text[at] != '.') {
                hundredths = hundredths * 10 + text[at] - '0';
            }
            at++;
        }
        at++;
        return hundredths;
    }

    @Override
    public void close() {
        hasFailed = true;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // Closed anyway.
        }
    }
}
