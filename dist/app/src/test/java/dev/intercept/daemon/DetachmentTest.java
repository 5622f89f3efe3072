package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts in place of the launcher. */
class DetachmentTest {

    private static final long PATIENCE_S = 300;

    @TempDir
    Path directory;

    private Path log;
    private Pinned opened;

    @BeforeEach
    void chooseLog() throws IOException {
        log = directory.resolve("daemon.log");
        opened = Pinned.file(log, "rw-r-----");
    }

    @AfterEach
    void closeLog() {
        opened.close();
    }

    private Detachment launcher(String script, long patienceS) throws IOException {
        Path file = directory.resolve("launcher");
        Files.writeString(file, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new Detachment(file, patienceS);
    }

    @Test
    void shouldReturnOnceTheDaemonIsReadyAndLeaveItRunningInASessionOfItsOwn() throws Exception {
        Detachment.Outcome outcome =
                launcher("echo ready; exec sleep 60", PATIENCE_S).start(List.of(), opened);
        assertTrue(outcome.isReady());
        ProcessHandle daemon = ProcessHandle.of(outcome.pid()).orElseThrow();
        try {
            assertTrue(daemon.isAlive());
            assertEquals(outcome.pid(), session(outcome.pid()));
        } finally {
            daemon.destroy();
            daemon.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    /** The sixth field of /proc/PID/stat, proc(5); a name in parentheses comes before it. */
    private static long session(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3]);
    }

    @Test
    void shouldHandOnTheArgumentsBehindTheMarkOfTheDaemon() throws Exception {
        Path seen = directory.resolve("seen");
        launcher("printf '%s\\n' \"$@\" > " + seen + "; echo ready", PATIENCE_S).start(List.of("-p", "a b"), opened);
        assertEquals(List.of("--detached", "-p", "a b"), Files.readAllLines(seen));
    }

    @Test
    void shouldHandBackCodeAndWordsOfADaemonThatFails() throws Exception {
        Detachment.Outcome outcome =
                launcher("echo 'intercept: port taken'; exit 71", PATIENCE_S).start(List.of(), opened);
        assertFalse(outcome.isReady());
        assertEquals(71, outcome.exitCode());
        assertEquals("intercept: port taken", outcome.words());
    }

    @Test
    void shouldPointAtTheLogWhenTheDaemonEndsWithoutAWord() throws Exception {
        Detachment.Outcome outcome =
                launcher("echo 'no memory' >&2; exit 1", PATIENCE_S).start(List.of(), opened);
        assertEquals(1, outcome.exitCode());
        assertEquals("intercept: the daemon ended with code 1 before it was ready; see " + log, outcome.words());
        assertEquals("no memory\n", Files.readString(log));
    }

    @Test
    void shouldEndADaemonThatDoesNotGetReadyInTime() throws Exception {
        Path pid = directory.resolve("pid");
        Detachment detachment = launcher("echo $$ > " + pid + "; exec sleep 60", 1);
        StartException e = assertThrows(StartException.class, () -> detachment.start(List.of(), opened));
        assertEquals("the daemon was not ready after 1 s and was ended; see " + log, e.getMessage());
        assertEquals(ExitCode.SOFTWARE, e.exitCode());
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .ifPresent(daemon ->
                        daemon.onExit().orTimeout(PATIENCE_S, TimeUnit.SECONDS).join());
    }

    @Test
    void shouldSayWhatToDoWhenTheLauncherCannotRun() throws Exception {
        Detachment.Outcome outcome = new Detachment(directory.resolve("nothing"), PATIENCE_S).start(List.of(), opened);
        assertFalse(outcome.isReady());
        assertTrue(Files.readString(log).contains(directory.resolve("nothing").toString()));
    }
}
