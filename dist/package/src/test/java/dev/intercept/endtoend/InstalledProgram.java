package dev.intercept.endtoend;

import dev.intercept.kit.Await;
import dev.intercept.kit.Commands;
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

    /** Only ends what hangs: an archive of classes takes a minute where others have the processors. */
    static final long PATIENCE_S = 300;

    private static final Path BUILT = Path.of("../target/intercept").toAbsolutePath();

    /** How a command ended, and all it printed. */
    record Result(int exitCode, String out, String err) {}

    private final NetworkNamespace network = new NetworkNamespace();
    private final Path directory;
    private final String launcher;
    private final Set<Long> daemons = new HashSet<>();
    private int runs;

    /** @param directory the working directory of the program */
    InstalledProgram(Path directory) throws IOException {
        this(directory, BUILT);
    }

    private InstalledProgram(Path directory, Path home) throws IOException {
        this.directory = directory;
        this.launcher = home.resolve("bin/intercept").toString();
    }

    /** A copy of the program in {@code intercept} under {@code directory}, for tests that change what is installed. */
    static InstalledProgram copied(Path directory) throws IOException {
        Path home = directory.resolve("intercept");
        Commands.exec("cp", "-r", BUILT.toString(), home.toString());
        return new InstalledProgram(directory, home);
    }

    NetworkNamespace network() {
        return network;
    }

    /** Runs {@code intercept} with these arguments to its end. A daemon that it leaves behind is ended with this object. */
    Result run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher));
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
        List<String> command = new ArrayList<>(List.of(launcher));
        command.addAll(List.of(arguments));
        return startCommand(command);
    }

    /** Starts a command that becomes {@code intercept} by exec, and is given the launcher's path as {@code INTERCEPT}. */
    Process startCommand(List<String> command) throws Exception {
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
        builder.environment().put("INTERCEPT", launcher);
        return network.call(builder::start);
    }

    private Path file(String stream) {
        return directory.resolve("run-" + runs + "." + stream);
    }

    private String read(String stream) throws IOException {
        return Files.readString(file(stream));
    }

    /** Waits until the last command has written this to stderr. */
    void awaitErr(String text) throws Exception {
        awaitText(file("err"), text);
    }

    /** Waits until the last command has written this to stdout. */
    void awaitOut(String text) throws Exception {
        awaitText(file("out"), text);
    }

    /** Waits for a line that another process writes. */
    static void awaitText(Path file, String text) throws Exception {
        Await.until(
                text + " in " + file,
                () -> Files.exists(file) && Files.readString(file).contains(text));
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
