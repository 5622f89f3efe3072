package dev.intercept.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands of the system, also those that never end. */
class LocalHostTest {

    private static final long LIMIT_MS = 300;
    private static final int WAIT_S = 60;

    @TempDir
    Path directory;

    private final Host host = new LocalHost();
    private final Host impatient = new LocalHost(LIMIT_MS);

    @Test
    void shouldReturnWhatACommandPrintsAndItsExitCode() {
        assertEquals(
                Optional.of(new Host.Output(3, "out\nerr")), host.run("sh", "-c", "echo out; echo err >&2; exit 3"));
        assertEquals(Optional.empty(), host.run("no-such-command"));
    }

    @Test
    @Timeout(WAIT_S)
    void shouldEndACommandThatTakesTooLong() throws Exception {
        Path pid = directory.resolve("pid");
        assertEquals(Optional.empty(), impatient.run("sh", "-c", "echo $$ >" + pid + "; exec sleep 1000"));
        awaitEnd(pid);
    }

    @Test
    @Timeout(WAIT_S)
    void shouldWaitNeitherForAChildThatHasTheOutputOpen() throws Exception {
        Path pid = directory.resolve("pid");
        assertEquals(
                Optional.empty(), impatient.run("sh", "-c", "sleep 1000 & echo $! >" + pid + "; sleep 1000; echo end"));
        awaitEnd(pid);
    }

    private static void awaitEnd(Path pid) throws Exception {
        long number = Long.parseLong(Files.readString(pid).strip());
        Optional<ProcessHandle> left = ProcessHandle.of(number);
        if (left.isPresent()) {
            left.get().onExit().get(WAIT_S, TimeUnit.SECONDS);
        }
        assertTrue(ProcessHandle.of(number).isEmpty());
    }
}
