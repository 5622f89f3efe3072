package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.monitor.StatusSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {

    private static final String REPORT = "{'version':'1.0','pid':7,'uptimeS':65,'backend':'nfqueue','capturing':%s,"
            + "'line':'total resp packs:5','lanes':[],'tunnels':[],'findings':[%s]}";

    private static final String FINDING =
            "{'id':'rule-missing','severity':'%s','subject':'','fact':'no rule','why':'because','remedy':'iptables -I'}";

    @TempDir
    Path directory;

    private CommandRun status(String report, String... options) throws Exception {
        Path socket = directory.resolve("s");
        StatusSocket server = StatusSocket.open(socket, Optional.empty());
        server.serve(() -> report);
        try {
            String[] args = new String[options.length + 3];
            args[0] = "status";
            args[1] = "--socket";
            args[2] = socket.toString();
            System.arraycopy(options, 0, args, 3, options.length);
            return CommandRun.of(args);
        } finally {
            server.close();
        }
    }

    @Test
    void shouldSucceedInOneLineWhileAllIsWell() throws Exception {
        CommandRun run = status(String.format(REPORT, true, ""));
        assertEquals("intercept 1.0 (process 7, up 65 s, nfqueue) total resp packs:5; no findings\n", run.out());
        assertEquals(0, run.exitCode());
    }

    @Test
    void shouldFailAsAHealthCheckOnAFailAndAfterTheEndOfCapture() throws Exception {
        assertEquals(
                0,
                status(String.format(REPORT, true, String.format(FINDING, "WARN")))
                        .exitCode());
        assertEquals(
                1,
                status(String.format(REPORT, true, String.format(FINDING, "FAIL")))
                        .exitCode());
        assertEquals(1, status(String.format(REPORT, false, "")).exitCode());
    }

    @Test
    void shouldReportFindingsWithTheirRemedy() throws Exception {
        CommandRun run = status(String.format(REPORT, true, String.format(FINDING, "FAIL")), "-v");
        assertTrue(run.out().endsWith("\nFAIL rule-missing: no rule (because); do: iptables -I\n"), run.out());
    }

    @Test
    void shouldSayWhereNobodyAnswers() {
        CommandRun run =
                CommandRun.of("status", "--socket", directory.resolve("none").toString());
        assertEquals(69, run.exitCode());
        assertTrue(run.err().startsWith("intercept: no intercept answers at " + directory.resolve("none")), run.err());
    }

    @Test
    void shouldSayWhichPidFileCannotBeRead() throws Exception {
        CommandRun run = CommandRun.of(
                "status", "-P", Files.writeString(directory.resolve("pid"), "x").toString());
        assertEquals(69, run.exitCode());
        assertEquals(
                "intercept: the file " + directory.resolve("pid") + " has no process id in it; name the one that a"
                        + " running intercept has as its -P, or leave -P out\n",
                run.err());
        run = CommandRun.of("status", "-P", directory.resolve("none").toString());
        assertEquals(69, run.exitCode());
        assertEquals(
                "intercept: the PID file " + directory.resolve("none") + " cannot be read: No such file or directory;"
                        + " name the one that a running intercept has as its -P, or leave -P out\n",
                run.err());
    }

    @Test
    void shouldSayThatWhatAnswersIsNoIntercept() throws Exception {
        for (String answer : new String[] {"", "hello", "{}", "[1]"}) {
            CommandRun run = status(answer);
            assertEquals(69, run.exitCode());
            assertEquals(
                    "intercept: what answers at " + directory.resolve("s") + " is no intercept of this version; name"
                            + " another socket with --socket\n",
                    run.err());
        }
    }
}
