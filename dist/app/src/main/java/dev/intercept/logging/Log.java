package dev.intercept.logging;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log of this process: one destination for every {@link System.Logger}. Any thread may use it. */
public final class Log {

    // Kept here: java.util.logging holds loggers weakly and would forget the level.
    private static final Logger ROOT = Logger.getLogger("");

    private final LogHandler handler;
    private final Optional<Path> file;

    private Log(LogHandler handler, Optional<Path> file) {
        this.handler = handler;
        this.file = file;
    }

    /** Sends every log line of this process to stderr. */
    public static Log toStderr(LogLevel level, LogFormat format) {
        try {
            return install(new LogHandler(Log::stderr), Optional.empty(), level, format.formatter(isJournal()));
        } catch (IOException e) {
            throw new AssertionError("stderr is open already", e);
        }
    }

    /**
     * Appends every log line of this process to {@code file}.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be opened for writing
     */
    public static Log toFile(Path file, LogLevel level, LogFormat format) throws StartException {
        try {
            return install(new LogHandler(() -> append(file)), Optional.of(file), level, format.formatter(false));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * Tries the log file of a daemon before it is started.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be opened for writing
     */
    public static void refuseUnwritable(Path file) throws StartException {
        try {
            append(file).close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** The exception of FileOutputStream says "FILE (CAUSE)". */
    private static StartException unwritable(IOException e) {
        return new StartException(
                ExitCode.CANNOT_CREATE,
                "cannot write the log file " + e.getMessage()
                        + "; give a file in a directory that you may write to with -l",
                e);
    }

    /**
     * Not a FileChannel: that one closes itself when an interrupted thread logs. A FIFO is opened for reading too, fifo(7):
     * otherwise opening it waits until somebody reads there.
     */
    private static OutputStream append(Path file) throws IOException {
        if (isSpecial(file)) {
            return new FileOutputStream(new RandomAccessFile(file.toFile(), "rw").getFD());
        }
        return new FileOutputStream(file.toFile(), true);
    }

    private static boolean isSpecial(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private static Log install(LogHandler handler, Optional<Path> file, LogLevel level, Formatter formatter) {
        LogManager.getLogManager().reset();
        handler.setFormatter(formatter);
        handler.setLevel(level.julLevel());
        ROOT.setLevel(level.julLevel());
        ROOT.addHandler(handler);
        return new Log(handler, file);
    }

    private static boolean isJournal() {
        try {
            Path stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return JournalFormatter.isJournal(System.getenv("JOURNAL_STREAM"), stderr.toString());
        } catch (IOException e) {
            return false;
        }
    }

    private static OutputStream stderr() {
        return new FileOutputStream(FileDescriptor.err);
    }

    /** The log file; empty for stderr. */
    public Optional<Path> file() {
        return file;
    }

    /** Reopens the log file (SIGHUP); a failure keeps the old file and is logged there. */
    public void reopen() {
        try {
            handler.reopen(new LogRecord(Level.INFO, "log reopened"));
        } catch (IOException e) {
            System.getLogger(Log.class.getName())
                    .log(
                            System.Logger.Level.ERROR,
                            "the log file cannot be reopened, logging goes on in the old one: " + e.getMessage());
        }
    }

    /** Waits, for a second at most, until all that was logged is written. */
    void flush() {
        handler.flush();
    }
}
