package dev.intercept.endtoend;

import dev.intercept.kit.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The built program, started by its launcher in a private network, as its users do. Ends what it started. */
final class InstalledProgram implements AutoCloseable {

    static final long PATIENCE_S = 60;

    private static final Path LAUNCHER =
            Path.of("target/intercept/bin/intercept").toAbsolutePath();

    /** How a command ended, and all it printed. */
    record Result(int exitCode, String out, String err) {}

    private final NetworkNamespace network = new NetworkNamespace();
    private final Path directory;
    private final Set<Long> daemons = new HashSet<>();
    private int runs;

    /** @param directory the working directory of the program */
    InstalledProgram(Path directory) throws IOException {
        this.directory = directory;
    }

    NetworkNamespace network() {
        return network;
    }

    /** Runs {@code intercept} with these arguments to its end. A daemon that it leaves behind is ended with this object. */
    Result run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        return runCommand(command);
    }

    /** Runs a command around the launcher, whose path it is given as {@code INTERCEPT} in the environment. */
    Result runCommand(List<String> command) throws Exception {
        Process process = start(command);
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within " + PATIENCE_S + " s: " + lastErr());
        }
        return new Result(process.exitValue(), read("out"), lastErr());
    }

    /** Starts {@code intercept} in the foreground. */
    Process startForeground(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        Process process = start(command);
        daemons.add(process.pid());
        return process;
    }

    private Process start(List<String> command) throws Exception {
        runs++;
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(file("out").toFile())
                .redirectError(file("err").toFile());
        builder.environment().put("INTERCEPT", LAUNCHER.toString());
        return network.call(builder::start);
    }

    private Path file(String stream) {
        return directory.resolve("run-" + runs + "." + stream);
    }

    private String read(String stream) throws IOException {
        return Files.readString(file(stream));
    }

    /** What the last command wrote to stderr so far. */
    String lastErr() throws IOException {
        return read("err");
    }

    /** The process id in a PID file, which is ended with this object. */
    ProcessHandle daemon(Path pidFile) throws IOException {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        daemons.add(pid);
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Override
    public void close() {
        daemons.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        network.close();
    }
}
