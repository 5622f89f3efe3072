package dev.intercept.kit;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands of the system to their end. A child process lives in the network namespace of the calling thread. */
public final class Commands {

    /** Of commands that take milliseconds, for machines under load: one that waits for a lock for ever ends a test all the same. */
    private static final int LIMIT_S = 120;

    private Commands() {}

    /**
     * Runs a command that must succeed, for two minutes at most.
     *
     * @return what it printed, standard error included
     * @throws IOException when it cannot be started or its exit code is not 0; the message has the command and its output
     */
    public static String exec(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        CompletableFuture<Void> limit = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = waitFor(process);
        limit.cancel(false);
        if (exitCode != 0) {
            throw new IOException(
                    String.join(" ", List.of(command)) + " ended with exit code " + exitCode + ": " + output.strip());
        }
        return output;
    }

    /** Runs several commands, each a line of words separated by blanks; the first that fails ends it. */
    public static void execLines(String lines) throws IOException {
        for (String line : lines.strip().split("\\n")) {
            exec(line.strip().split(" +"));
        }
    }

    private static int waitFor(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a command ran", e);
        }
    }
}
