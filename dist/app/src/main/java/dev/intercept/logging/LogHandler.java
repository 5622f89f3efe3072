package dev.intercept.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Writes each line with one system call to a file or stderr, and survives a destination that fails: lines that could not
 * be written are counted, and the count is said once writing works again.
 */
final class LogHandler extends Handler {

    /** Opens the destination for appending; called again by {@link #reopen}. */
    @FunctionalInterface
    interface Destination {
        OutputStream open() throws IOException;
    }

    private final Destination destination;
    private OutputStream out;
    private long lostLines;

    LogHandler(Destination destination) throws IOException {
        this.destination = destination;
        this.out = destination.open();
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        try {
            if (lostLines > 0) {
                write(new LogRecord(Level.WARNING, lostLines + " log lines before this one could not be written"));
                lostLines = 0;
            }
            write(record);
        } catch (IOException e) {
            lostLines++;
        } catch (RuntimeException e) {
            reportError("the log line could not be formatted", e, ErrorManager.FORMAT_FAILURE);
        }
    }

    private void write(LogRecord record) throws IOException {
        out.write(getFormatter().format(record).getBytes(StandardCharsets.UTF_8));
    }

    /** Opens the destination anew, after logrotate moved the file away; keeps the old one when that fails. */
    synchronized void reopen() throws IOException {
        OutputStream old = out;
        out = destination.open();
        old.close();
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            reportError("the log could not be closed", e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
