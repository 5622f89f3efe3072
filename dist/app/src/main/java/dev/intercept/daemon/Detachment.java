package dev.intercept.daemon;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts the daemon as a process in a session of its own (setsid(1)) and waits until it really listens and captures.
 *
 * <p>A JVM cannot fork, so the launcher runs once more. The daemon's stdout is a pipe to here: it says {@link #READY} on
 * it, or the reason why it ends. Its stderr goes to the log file, where a crash of the JVM leaves its message.
 */
public final class Detachment {

    /** Given to the daemon's process in front of the user's arguments. */
    public static final String OPTION = "--detached";

    private static final String READY = "ready";

    /**
     * What became of the daemon.
     *
     * @param exitCode 0 when it is ready, else its own
     * @param words its last words when it is not ready
     */
    public record Outcome(long pid, int exitCode, String words) {
        public boolean isReady() {
            return words.isEmpty();
        }
    }

    private final Path launcher;
    private final long patienceS;

    /**
     * @param launcher the program to run
     * @param patienceS how long the daemon may take to get ready, in seconds
     */
    public Detachment(Path launcher, long patienceS) {
        this.launcher = launcher;
        this.patienceS = patienceS;
    }

    /** Called by the daemon once it listens and captures. */
    public static void reportReady(PrintStream toParent) {
        toParent.println(READY);
        toParent.flush();
    }

    /**
     * Runs the launcher with {@code arguments} and returns when the daemon is ready or has ended.
     *
     * @throws StartException when it cannot be started, or does neither in time
     */
    public Outcome start(List<String> arguments, Pinned log) throws StartException {
        Process process = spawn(arguments, log);
        Thread orphanGuard = new Thread(process::destroy, "end-daemon-that-nobody-waits-for");
        Runtime.getRuntime().addShutdownHook(orphanGuard);
        List<String> said = wordsUntilReady(process, log);
        Runtime.getRuntime().removeShutdownHook(orphanGuard);
        return said.contains(READY) ? new Outcome(process.pid(), ExitCode.OK.code(), "") : failure(process, said, log);
    }

    private Process spawn(List<String> arguments, Pinned log) throws StartException {
        List<String> command = new ArrayList<>(List.of("setsid", launcher.toString(), OPTION));
        command.addAll(arguments);
        try {
            return spawn(command, log.path(), log.append());
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.OS_REFUSED,
                    "cannot start the daemon (" + e.getMessage() + "); run without -d, under a service manager",
                    e);
        }
    }

    /** A FIFO has a reader as long as it is open here, and does not hold up who opens it next. */
    private static Process spawn(List<String> command, Path log, OutputStream open) throws IOException {
        try (open) {
            return new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        }
    }

    private List<String> wordsUntilReady(Process process, Pinned log) throws StartException {
        try {
            return CompletableFuture.supplyAsync(() -> readUntilReady(process)).get(patienceS, TimeUnit.SECONDS);
        } catch (TimeoutException | InterruptedException e) {
            process.destroyForcibly();
            throw new StartException(
                    ExitCode.SOFTWARE,
                    "the daemon was not ready after " + patienceS + " s and was ended; see " + log,
                    e);
        } catch (ExecutionException e) {
            process.destroyForcibly();
            throw new StartException(
                    ExitCode.SOFTWARE,
                    "lost contact with the starting daemon and ended it (" + e.getCause() + "); see " + log,
                    e);
        }
    }

    private static List<String> readUntilReady(Process process) {
        List<String> said = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            String line = reader.readLine();
            while (line != null) {
                said.add(line);
                line = line.equals(READY) ? null : reader.readLine();
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Outcome failure(Process process, List<String> said, Pinned log) {
        int code = exitCode(process);
        String words = String.join(System.lineSeparator(), said);
        String unsaid = "intercept: the daemon ended with code " + code + " before it was ready; see " + log;
        return new Outcome(process.pid(), code, words.isEmpty() ? unsaid : words);
    }

    private static int exitCode(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.SOFTWARE.code();
        }
    }
}
