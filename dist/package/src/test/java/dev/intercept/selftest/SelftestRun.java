package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of the built program's selftest, as a user starts it. */
final class SelftestRun implements AutoCloseable {

    static final Path INSTALLATION = Path.of("../target/intercept").toAbsolutePath();

    private static final long TIMEOUT_S = 120;
    private static final Pattern DAEMON = Pattern.compile("process (\\d+), ready");

    private final Process process;
    private final BufferedReader out;
    private final List<String> lines = new ArrayList<>();

    private SelftestRun(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        out = process.inputReader();
    }

    static SelftestRun start(String... arguments) throws IOException {
        return startWithPath("", arguments);
    }

    /** With a directory in front of PATH. */
    static SelftestRun startWithPath(String firstInPath, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(INSTALLATION.resolve("bin").resolve("intercept").toString(), "selftest"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        if (!firstInPath.isEmpty()) {
            builder.environment().merge("PATH", firstInPath, (path, first) -> first + ":" + path);
        }
        return new SelftestRun(builder);
    }

    /** Any command, which ends up in a selftest. */
    static SelftestRun of(List<String> command) throws IOException {
        return new SelftestRun(new ProcessBuilder(command));
    }

    /** Reads on to the first line that contains {@code text}. */
    String awaitLine(String text) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.contains(text)) {
                return line;
            }
        }
        return fail("no line with \"" + text + "\" in:\n" + this);
    }

    /** The intercept under test, once it is ready. */
    ProcessHandle awaitDaemon() throws IOException {
        Matcher pid = DAEMON.matcher(awaitLine(", ready"));
        assertTrue(pid.find(), this::toString);
        return ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Reads to the end and returns the exit code. */
    int awaitEnd() throws IOException, InterruptedException {
        out.lines().forEach(lines::add);
        assertTrue(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS), this::toString);
        return process.exitValue();
    }

    /** The line that begins so. */
    String line(String beginning) {
        return lines.stream()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseGet(() -> fail("no line \"" + beginning + "…\" in:\n" + this));
    }

    /** What was printed so far. */
    @Override
    public String toString() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
