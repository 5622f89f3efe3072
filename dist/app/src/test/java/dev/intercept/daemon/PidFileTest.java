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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {

    private static final long OWN_PID = ProcessHandle.current().pid();

    @TempDir
    Path directory;

    @Test
    void shouldHoldThisProcessUntilRemoved() throws StartException, IOException {
        Path file = directory.resolve("intercept.pid");
        PidFile pidFile = PidFile.take(file);
        assertEquals(OWN_PID + "\n", Files.readString(file));
        pidFile.remove();
        assertFalse(Files.exists(file));
    }

    @Test
    void shouldTakeOverAFileWhoseProcessWasKilled() throws StartException, IOException {
        Path file = directory.resolve("intercept.pid");
        Files.writeString(file, "123456789\nand more that a shorter id must not leave behind\n");
        PidFile pidFile = PidFile.take(file);
        assertEquals(OWN_PID + "\n", Files.readString(file));
        pidFile.remove();
    }

    @Test
    void shouldNameTheProcessThatHoldsTheFile() throws StartException {
        Path file = directory.resolve("intercept.pid");
        PidFile pidFile = PidFile.take(file);
        StartException e = assertThrows(StartException.class, () -> PidFile.take(file));
        assertTrue(
                e.getMessage().startsWith("the PID file " + file + " belongs to process " + OWN_PID + " ("),
                e.getMessage());
        assertTrue(
                e.getMessage().endsWith("), which is running; stop that one first, or give another file with -P"),
                e.getMessage());
        assertEquals(ExitCode.CANNOT_CREATE, e.exitCode());
        pidFile.remove();
    }

    @Test
    void shouldNotOverwriteAFileThatHoldsSomethingElse() throws IOException {
        Path file = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        StartException e = assertThrows(StartException.class, () -> PidFile.take(file));
        assertEquals(
                "cannot write the PID file " + file
                        + " (it holds something else than the number of a process); give a file"
                        + " in a directory that you may write to with -P",
                e.getMessage());
        assertEquals("127.0.0.1 localhost\n", Files.readString(file));
    }

    @Test
    void shouldSayWhichFileCannotBeWritten() {
        Path file = directory.resolve("missing/intercept.pid");
        StartException e = assertThrows(StartException.class, () -> PidFile.take(file));
        assertEquals(
                "cannot write the PID file " + file
                        + " (No such file or directory); give a file in a directory that you" + " may write to with -P",
                e.getMessage());
        assertEquals(ExitCode.CANNOT_CREATE, e.exitCode());
    }

    @Test
    void shouldLeaveTheFileThatAnotherPutInItsPlace() throws StartException, IOException {
        Path file = directory.resolve("intercept.pid");
        PidFile pidFile = PidFile.take(file);
        Files.move(file, directory.resolve("moved"));
        PidFile another = PidFile.take(file);
        pidFile.remove();
        assertEquals(OWN_PID + "\n", Files.readString(file));
        assertEquals("", Files.readString(directory.resolve("moved")), "names no process any more");
        another.remove();
        assertFalse(Files.exists(file));
    }

    @Test
    void shouldBeReadableForEveryoneWhateverTheUmask() throws StartException, IOException {
        PidFile pidFile = PidFile.take(directory.resolve("intercept.pid"));
        assertEquals(
                "rw-r--r--",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("intercept.pid"))));
        pidFile.remove();
    }

    @Test
    void shouldNotWriteToWhereALinkInADirectoryOfOthersLeads() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Path link = Files.createSymbolicLink(directory.resolve("intercept.pid"), victim);
        StartException e = assertThrows(StartException.class, () -> PidFile.take(link));
        assertEquals(
                "cannot write the PID file " + link + " (" + link
                        + " is a symbolic link in a directory where others may put one); give a file in a directory that you"
                        + " may write to with -P",
                e.getMessage());
        assertEquals("precious", Files.readString(victim));
    }
}
