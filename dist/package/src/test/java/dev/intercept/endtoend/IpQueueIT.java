package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built program and ip_queue: on this kernel, which has none, and over a bridge that stands in for one. */
class IpQueueIT {

    private static final String INTERCEPT =
            Path.of("../target/intercept/bin/intercept").toAbsolutePath().toString();

    /** A run of 2000 requests takes about 10 s. */
    private static final int LIMIT_S = 180;

    @TempDir
    Path directory;

    private record Run(int exitCode, String output) {}

    @Test
    void shouldServe2000RequestsOverIpQueueAndLetNothingEscape() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "-n"));
        command.addAll(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.intercept.ipqueue.BridgeMain"));
        command.addAll(List.of(INTERCEPT, "selftest", "--inside", "--backend=ipqueue", "--requests", "2000"));
        Run run = run(command);
        assertEquals(0, run.exitCode, run.output);
        assertTrue(run.output.contains("2000 of 2000 requests by the HTTP server"), run.output);
        assertTrue(run.output.contains("escaped    0 answers left for the clients"), run.output);
        assertTrue(run.output.contains("capturing with ipqueue"), run.output);
        assertTrue(run.output.matches("(?s).*bridge: accepted=0 dropped=[0-9]{4,} unanswered=0\\n.*"), run.output);
    }

    @Test
    void shouldEndWith69AndNameTheRuleWhenIpQueueIsAskedForAndNotThere() throws Exception {
        Run run = run(List.of("unshare", "-n", INTERCEPT, "--backend=ipqueue"));
        assertEquals(69, run.exitCode, run.output);
        assertEquals(
                "intercept: backend ipqueue cannot be used here: kernel " + kernelRelease()
                        + " has no ip_queue, which Linux dropped in 3.5: use --backend=nfqueue with the rule iptables -I"
                        + " OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0 (a rule with -j QUEUE feeds queue 0 too)",
                run.output.strip());
    }

    @Test
    void shouldUseNfqueueWithoutAWarningAndServeTheManPagesRule() throws Exception {
        Run run = run(List.of(INTERCEPT, "selftest", "--requests", "100"));
        assertEquals(0, run.exitCode, run.output);
        assertFalse(run.output.contains("ip_queue") || run.output.contains("[warn]"), run.output);
        assertTrue(run.output.contains("--sport 8080 -j QUEUE"), run.output);
        assertTrue(run.output.contains("capturing with nfqueue"), run.output);
        assertTrue(run.output.contains("100 of 100 requests by the HTTP server"), run.output);
    }

    private static String kernelRelease() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    private Run run(List<String> command) throws Exception {
        File output = directory.resolve("output").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output);
        // The system's own lock is for the host's tables.
        builder.environment()
                .put("XTABLES_LOCKFILE", directory.resolve("xtables.lock").toString());
        Process process = builder.start();
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Run(process.waitFor(), Files.readString(output.toPath()));
    }
}
