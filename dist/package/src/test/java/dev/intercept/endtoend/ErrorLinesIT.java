package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.endtoend.InstalledProgram.Result;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the built program prints when it cannot start: one line that names the value and the next step, and nothing of Java. */
class ErrorLinesIT extends ProgramInANetwork {

    private void assertError(ExitCode code, String line, String... options) throws Exception {
        Result result = program.run(options);
        assertEquals(code.code(), result.exitCode(), result.err());
        List<String> errors =
                result.err().lines().filter(text -> !text.contains(" [info] ")).toList();
        assertEquals(List.of("intercept: " + line), errors);
        assertTrue(!result.err().contains("Exception") && !result.err().contains("java."), result.err());
    }

    @Test
    void shouldPrintOneLineWhereTheLogCannotBeWritten() throws Exception {
        assertError(
                ExitCode.CANNOT_CREATE,
                "cannot write the log file /nonexistent/x.log (No such file or directory); give a file in a directory that"
                        + " you may write to with -l",
                "-l",
                "/nonexistent/x.log");
    }

    @Test
    void shouldNameWhoHoldsThePortOfTheMetrics() throws Exception {
        try (ServerSocket taken = program.network().call(() -> new ServerSocket(0))) {
            assertError(
                    ExitCode.OS_REFUSED,
                    "cannot serve metrics on 127.0.0.1 port " + taken.getLocalPort()
                            + ": Address already in use; choose another with --metrics, or stop what holds it (process "
                            + ProcessHandle.current().pid() + " (java) listens there)",
                    "--backend=nfqueue",
                    "-b",
                    "127.0.0.1",
                    "--metrics=" + taken.getLocalPort());
        }
    }

    @Test
    void shouldNameFileAndLineOfAValueThatTheBackendRefuses() throws Exception {
        Path file = Files.writeString(directory.resolve("args"), "# queues\n--queue=70000\n");
        assertError(
                ExitCode.USAGE,
                file
                        + ":2: backend nfqueue: --queue 70000: must be a queue number from 0 to 65535, or a range A:B of at"
                        + " most 64 queues with A not above B",
                "@" + file);
    }

    @Test
    void shouldCallItselfInterceptForOtherPrograms() throws Exception {
        Process process = program.startForeground("--backend=nfqueue", "-b", "127.0.0.1");
        program.awaitErr("capturing with nfqueue");
        assertEquals("intercept\n", Files.readString(Path.of("/proc/" + process.pid() + "/comm")));
        process.destroy();
        process.waitFor();
    }
}
