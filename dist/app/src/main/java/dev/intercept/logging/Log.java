package dev.intercept.logging;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.daemon.Account;
import dev.intercept.daemon.Pinned;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
    private final Optional<Path> path;
    private final Optional<LogFile> file;

    private Log(LogHandler handler, Optional<Path> path, Optional<LogFile> file) {
        this.handler = handler;
        this.path = path;
        this.file = file;
    }

    /** Sends every log line of this process to stderr. */
    public static Log toStderr(LogLevel level, LogFormat format) {
        try {
            LogHandler handler = new LogHandler(Log::stderr);
            install(handler, level, format.formatter(isJournal()));
            return new Log(handler, Optional.empty(), Optional.empty());
        } catch (IOException e) {
            throw new AssertionError("stderr is open already", e);
        }
    }

    /**
     * Appends every log line of this process to {@code path}.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be opened for writing
     */
    public static Log toFile(Path path, LogLevel level, LogFormat format) throws StartException {
        try {
            LogFile file = new LogFile(path);
            LogHandler handler = new LogHandler(file);
            install(handler, level, format.formatter(false));
            return new Log(handler, Optional.of(path), Optional.of(file));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /**
     * The log file of a daemon before it is started, tried and open.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be opened for writing
     */
    public static Pinned ofDaemon(Path path) throws StartException {
        try {
            return LogFile.pin(path);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static StartException unwritable(IOException e) {
        return new StartException(
                ExitCode.CANNOT_CREATE,
                "cannot write the log file " + e.getMessage()
                        + "; give a file in a directory that you may write to with -l",
                e);
    }

    private static void install(LogHandler handler, LogLevel level, Formatter formatter) {
        LogManager.getLogManager().reset();
        handler.setFormatter(formatter);
        handler.setLevel(level.julLevel());
        ROOT.setLevel(level.julLevel());
        ROOT.addHandler(handler);
    }

    /** How much is logged from now on. */
    public void setLevel(LogLevel level) {
        handler.setLevel(level.julLevel());
        ROOT.setLevel(level.julLevel());
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
        return path;
    }

    /** Gives the log file to the user as whom this process goes on: SIGHUP opens it anew. */
    public void giveTo(Account account) throws IOException {
        if (file.isPresent()) {
            file.get().giveTo(account);
        }
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
    public void flush() {
        handler.flush();
    }
}
