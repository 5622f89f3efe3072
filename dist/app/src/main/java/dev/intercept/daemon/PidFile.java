package dev.intercept.daemon;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Processes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file that holds the daemon's process id ({@code -P}), locked (fcntl(2)) as long as the daemon lives: a file left by
 * a killed process has no lock and is taken over.
 *
 * <p>The lock belongs to the process and ends when any descriptor of the file is closed, so nothing else here opens it.
 */
public final class PidFile {

    private static final Logger LOG = System.getLogger(PidFile.class.getName());

    private static final int MAX_PID_BYTES = 20;

    private static final String PID = "\\d{1,18}";

    /** For everyone to read, as other daemons' are. */
    private static final String MODE = "rw-r--r--";

    private final Path path;
    private final Pinned file;
    private final FileChannel channel;

    private PidFile(Path path, Pinned file, FileChannel channel) {
        this.path = path;
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks {@code path} and writes this process's id to it.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be written or another process holds it
     */
    public static PidFile take(Path path) throws StartException {
        try {
            PidFile pidFile = open(path);
            while (!pidFile.file.isInPlace()) {
                pidFile.close(); // Its last owner removed it between our open and our lock.
                pidFile = open(path);
            }
            pidFile.refuseOtherContent();
            pidFile.write();
            return pidFile;
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.CANNOT_CREATE,
                    "cannot write the PID file " + path + " (" + reason(e)
                            + "); give a file in a directory that you may write to with -P",
                    e);
        }
    }

    /** The file system's exception for the commonest cause carries the file's name alone. */
    private static String reason(IOException e) {
        return e instanceof AccessDeniedException ? "Permission denied" : String.valueOf(e.getMessage());
    }

    private static PidFile open(Path path) throws IOException, StartException {
        Pinned file = Pinned.file(path, MODE);
        PidFile pidFile = new PidFile(
                path, file, FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE));
        if (!lock(pidFile.channel)) {
            String owner = owner(pidFile.channel);
            pidFile.close();
            throw new StartException(
                    ExitCode.CANNOT_CREATE,
                    "the PID file " + path + " belongs to " + owner
                            + ", which is running; stop that one first, or give another file with -P");
        }
        return pidFile;
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        String pid = firstLine(channel);
        return pid.matches(PID) ? new Processes(new LocalHost()).describe(Long.parseLong(pid)) : "another process";
    }

    private static String firstLine(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_PID_BYTES);
        channel.read(content, 0);
        return new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII)
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    /** A file of something else was named by mistake. */
    private void refuseOtherContent() throws IOException {
        String line = firstLine(channel);
        if (!line.isEmpty() && !line.matches(PID)) {
            close();
            throw new IOException("it holds something else than the number of a process");
        }
    }

    private void write() throws IOException {
        byte[] line = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(line), 0);
    }

    /** Gives it to the user as whom this process goes on. */
    public void giveTo(Account account) throws IOException {
        file.giveTo(account);
    }

    /** Removes the file, then releases the lock, in this order: nobody may lock a file about to vanish. */
    public void remove() {
        try (channel) {
            empty();
            file.remove();
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "cannot remove the PID file " + path + " (" + reason(e) + "); it is empty now, remove it by hand");
        } finally {
            file.close();
        }
    }

    /** What cannot be removed must name no process, since its number will be another's. */
    private void empty() throws IOException {
        channel.truncate(0);
    }

    private void close() throws IOException {
        channel.close();
        file.close();
    }
}
