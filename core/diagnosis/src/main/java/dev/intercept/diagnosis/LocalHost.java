package dev.intercept.diagnosis;

import dev.intercept.spi.Host;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The machine this runs on. */
public final class LocalHost implements Host {

    /** Commands of administration take milliseconds; one that waits for a lock is not waited for. */
    private static final long COMMAND_LIMIT_MS = 10_000;

    /** Exit codes of a shell: no such command, and ended by SIGKILL. */
    private static final int NOT_FOUND = 127;

    private static final int KILLED = 137;

    /** More of one file than this is not read: the tables of a busy host are large, and the first part is enough. */
    private static final int MAX_FILE_BYTES = 8 << 20;

    private final long commandLimitMs;

    public LocalHost() {
        this(COMMAND_LIMIT_MS);
    }

    LocalHost(long commandLimitMs) {
        this.commandLimitMs = commandLimitMs;
    }

    @Override
    public Optional<String> read(String path) {
        try (InputStream file = Files.newInputStream(Path.of(path))) {
            return Optional.of(new String(file.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8).stripTrailing());
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> list(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return names; // Gone, or another user's: what could be read is what there is.
        }
        names.sort(null);
        return names;
    }

    @Override
    public Optional<String> link(String path) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(path)).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Output> run(String... command) {
        try {
            return finish(start(command));
        } catch (IOException e) {
            return Optional.empty(); // There is no shell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The shell looks the command up, because administrators' tools are not on every user's path. */
    private static Process start(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\""));
        words.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().put("LC_ALL", "C");
        builder.environment().merge("PATH", ":/usr/local/sbin:/usr/sbin:/sbin", (path, more) -> path + more);
        return builder.start();
    }

    /** Also of a command whose own children have its output open, and go on when it was ended. */
    private Optional<Output> finish(Process process) throws InterruptedException {
        CompletableFuture<String> output = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(process, output), "output of a command");
        reader.setDaemon(true);
        reader.start();
        try {
            String text = output.get(commandLimitMs, TimeUnit.MILLISECONDS);
            return process.waitFor(commandLimitMs, TimeUnit.MILLISECONDS)
                    ? result(process.exitValue(), text)
                    : Optional.empty();
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } finally {
            end(process);
        }
    }

    private static void read(Process process, CompletableFuture<String> output) {
        try (InputStream in = process.getInputStream()) {
            output.complete(new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            output.completeExceptionally(e);
        }
    }

    private static Optional<Output> result(int exitCode, String text) {
        boolean hasRun = exitCode != NOT_FOUND && exitCode != KILLED;
        return hasRun ? Optional.of(new Output(exitCode, text.stripTrailing())) : Optional.empty();
    }

    private static void end(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
