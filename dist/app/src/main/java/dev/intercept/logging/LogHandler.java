package dev.intercept.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hands each line to a writer thread of its own, so that nobody who logs ever waits for the destination: a pipe that nobody
 * reads, a disk that hangs. Up to {@link #CAPACITY_LINES} wait; what does not fit and what could not be written is counted, and
 * the count is logged once writing works again.
 *
 * <p>Thread rule: any thread; none waits but in {@link #flush} and {@link #close}, and there for {@link #PATIENCE_MS} at most.
 */
final class LogHandler extends Handler {

    /** Lines that wait for the writer at most: some minutes of a busy log, a few MB. */
    static final int CAPACITY_LINES = 4096;

    /** How long an end waits for the last lines. */
    private static final long PATIENCE_MS = 1000;

    /** Opens the destination for appending; called again by {@link #reopen}. */
    @FunctionalInterface
    interface Destination {
        OutputStream open() throws IOException;
    }

    /** What the writer does next, in order: a line to write, after a change to a new stream or not. */
    private record Step(
            @Nullable LogRecord line,
            @Nullable OutputStream replacement,
            @Nullable CountDownLatch done) {}

    private final Destination destination;
    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(CAPACITY_LINES);
    private final AtomicLong lostLines = new AtomicLong();
    private final Thread writer = new Thread(this::write, "log");
    private OutputStream out;

    LogHandler(Destination destination) throws IOException {
        this.destination = destination;
        this.out = destination.open();
        writer.setDaemon(true);
        writer.start();
    }

    @Override
    public void publish(LogRecord line) {
        if (isLoggable(line) && !steps.offer(new Step(line, null, null))) {
            lostLines.incrementAndGet();
        }
    }

    /** For what must not be left out: the oldest waiting line makes room, and is counted. */
    private void enqueue(Step step) {
        while (!steps.offer(step)) {
            Step oldest = steps.poll();
            if (oldest != null && oldest.line != null) {
                lostLines.incrementAndGet();
            }
            if (oldest != null && oldest.done != null) {
                oldest.done.countDown();
            }
        }
    }

    private void write() {
        try {
            while (true) {
                take(steps.take());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void take(Step step) {
        if (step.replacement != null) {
            close(out);
            out = step.replacement;
        }
        if (step.line != null) {
            write(step.line);
        }
        if (step.done != null) {
            step.done.countDown();
        }
    }

    private void write(LogRecord line) {
        long lost = lostLines.get();
        try {
            if (lost > 0) {
                print(new LogRecord(Level.WARNING, lost + " log lines before this one could not be written"));
                lostLines.addAndGet(-lost);
            }
            print(line);
        } catch (IOException e) {
            lostLines.incrementAndGet();
        } catch (RuntimeException e) {
            reportError("the log line could not be formatted", e, ErrorManager.FORMAT_FAILURE);
        }
    }

    private void print(LogRecord line) throws IOException {
        out.write(getFormatter().format(line).getBytes(StandardCharsets.UTF_8));
    }

    /** Reopens the destination, after logrotate moved the file away; keeps the old one when that fails. */
    void reopen(LogRecord firstLine) throws IOException {
        enqueue(new Step(firstLine, destination.open(), null));
    }

    /** Waits until all that was logged before is written, unless the destination is stuck. */
    @Override
    public void flush() {
        CountDownLatch done = new CountDownLatch(1);
        if (writer.isAlive() && steps.offer(new Step(null, null, done))) {
            try {
                done.await(PATIENCE_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        flush();
        writer.interrupt();
    }

    private void close(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            reportError("the log could not be closed", e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
