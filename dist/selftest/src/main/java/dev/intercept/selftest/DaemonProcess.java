package dev.intercept.selftest;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The intercept under test: a child process of this one, which never outlives it. Any thread. */
final class DaemonProcess implements AutoCloseable {

    /** A stop takes some 100 ms. */
    private static final long STOP_LIMIT_S = 15;

    private static final String READY = "ready";

    private final Process process;
    private final DaemonLog log = new DaemonLog();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final Thread reader = new Thread(this::read, "intercept's log");
    private final Thread orphanGuard;

    /** Starts the program; {@code command} makes it say "ready" on a line of its own once it captures. */
    DaemonProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .start();
        orphanGuard = new Thread(process::destroyForcibly, "end intercept");
        Runtime.getRuntime().addShutdownHook(orphanGuard);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(READY)) {
                    ready.complete(true);
                } else {
                    log.add(line);
                }
            }
        } catch (IOException e) {
            log.add("(its output broke off: " + e.getMessage() + ")");
        }
        ready.complete(false);
    }

    /**
     * Waits until it listens and captures.
     *
     * @throws SelftestException when it ended instead, with its exit code, or is not ready in time
     */
    void awaitReady(long timeoutMs) throws SelftestException, InterruptedException {
        try {
            if (!ready.get(timeoutMs, TimeUnit.MILLISECONDS)) {
                int code = process.waitFor();
                throw new SelftestException(
                        Step.INTERCEPT,
                        "it ended with exit code " + code + " before it was ready",
                        "do what its last line says",
                        code == 0 ? SelftestProcess.FAILED : code,
                        log.lastLines());
            }
        } catch (TimeoutException e) {
            throw new SelftestException(
                    Step.INTERCEPT,
                    "it was not ready within " + timeoutMs + " ms",
                    "give it more time with --deadline-s",
                    SelftestProcess.FAILED,
                    log.lastLines());
        } catch (ExecutionException e) {
            throw new AssertionError("never completed with an exception", e);
        }
    }

    long pid() {
        return process.pid();
    }

    DaemonLog log() {
        return log;
    }

    /** Like {@link #end}, but gives a process that has begun to end {@code timeoutMs} milliseconds to do so. */
    Optional<String> awaitEnd(long timeoutMs) {
        try {
            process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return end();
    }

    /** How it ended: "exit code 1", "signal 9"; empty while it runs. */
    Optional<String> end() {
        return process.isAlive() ? Optional.empty() : Optional.of(describe(process.exitValue()));
    }

    /** Java reports a process that a signal ended as 128 plus the signal's number. */
    private static String describe(int exitValue) {
        return exitValue > 128 ? "signal " + (exitValue - 128) : "exit code " + exitValue;
    }

    /**
     * Stops it as a user does, with SIGTERM, and waits until it has said its last.
     *
     * @throws SelftestException when it does not stop, or not with exit code 0
     */
    void stop() throws SelftestException, InterruptedException {
        process.toHandle().destroy(); // Process.destroy would close the pipe that brings the final statistics.
        boolean ended = process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS);
        process.toHandle().destroyForcibly();
        reader.join(TimeUnit.SECONDS.toMillis(STOP_LIMIT_S));
        Runtime.getRuntime().removeShutdownHook(orphanGuard);
        if (!ended || process.exitValue() != 0) {
            throw new SelftestException(
                    Step.INTERCEPT,
                    ended
                            ? "after SIGTERM it ended with " + describe(process.exitValue())
                            : "it did not stop within " + STOP_LIMIT_S + " s after SIGTERM",
                    "please report this with the lines above",
                    SelftestProcess.FAILED,
                    log.lastLines());
        }
    }

    /** Ends it at once where {@link #stop} did not come to it. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
