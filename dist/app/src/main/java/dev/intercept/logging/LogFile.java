package dev.intercept.logging;

import dev.intercept.daemon.Account;
import dev.intercept.daemon.Pinned;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The log file: opened for appending, opened anew once logrotate moved it away, given to the user as whom the process goes on.
 * Any thread.
 */
final class LogFile implements LogHandler.Destination {

    /** Who talks to the target is not everybody's business. */
    private static final String MODE = "rw-r-----";

    private final Path path;
    private @Nullable Pinned file;

    LogFile(Path path) {
        this.path = path;
    }

    /** @throws IOException whose text is path and reason */
    static Pinned pin(Path path) throws IOException {
        try {
            Pinned file = Pinned.file(path, MODE);
            try {
                file.append().close();
                return file;
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IOException(path + " (" + e.getMessage() + ")", e);
        }
    }

    // Not a FileChannel: that one closes itself when an interrupted thread logs.
    @Override
    public synchronized OutputStream open() throws IOException {
        Pinned opened = pin(path);
        OutputStream out = opened.append();
        if (file != null) {
            file.close();
        }
        file = opened;
        return out;
    }

    synchronized void giveTo(Account account) throws IOException {
        Objects.requireNonNull(file, "open() comes first").giveTo(account);
    }
}
