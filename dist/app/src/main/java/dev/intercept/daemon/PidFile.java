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
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    private final Path file;
    private final FileChannel channel;

    private PidFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks {@code file} and writes this process's id to it.
     *
     * @throws StartException with CANNOT_CREATE when the file cannot be written or another process holds it
     */
    public static PidFile take(Path file) throws StartException {
        try {
            PidFile pidFile = open(file);
            while (!Files.exists(file)) {
                pidFile.channel.close(); // Its last owner removed it between our open and our lock.
                pidFile = open(file);
            }
            pidFile.write();
            return pidFile;
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.CANNOT_CREATE,
                    "cannot write the PID file " + file + " (" + reason(e)
                            + "); give a file in a directory that you may write to with -P",
                    e);
        }
    }

    /** The file system's exceptions for the commonest causes carry the file's name alone. */
    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        return e instanceof AccessDeniedException ? "Permission denied" : e.getMessage();
    }

    private static PidFile open(Path file) throws IOException, StartException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!lock(channel)) {
            String owner = owner(channel);
            channel.close();
            throw new StartException(
                    ExitCode.CANNOT_CREATE,
                    "the PID file " + file + " belongs to " + owner
                            + ", which is running; stop that one first, or give another file with -P");
        }
        return new PidFile(file, channel);
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_PID_BYTES);
        channel.read(content, 0);
        String pid = new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII).strip();
        return pid.matches("\\d{1,18}")
                ? new Processes(new LocalHost()).describe(Long.parseLong(pid))
                : "another process";
    }

    private void write() throws IOException {
        byte[] line = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(line), 0);
    }

    /** Removes the file, then releases the lock, in this order: nobody may lock a file about to vanish. */
    public void remove() {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot remove the PID file (" + e + "); nothing depends on it, remove it by hand");
        }
    }
}
