package dev.intercept.logging;

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
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {

    private static final System.Logger LOGGER = System.getLogger("dev.intercept.test");

    @TempDir
    Path directory;

    @AfterEach
    void leaveLoggingAsOthersExpectIt() {
        Log.toStderr(LogLevel.INFO, LogFormat.TEXT);
    }

    @Test
    void shouldAppendSystemLoggerLinesToTheFile() throws StartException, IOException {
        Path file = directory.resolve("intercept.log");
        Files.writeString(file, "from yesterday\n");
        Log log = Log.toFile(file, LogLevel.INFO, LogFormat.TEXT);
        LOGGER.log(System.Logger.Level.WARNING, "queue is full");
        LOGGER.log(System.Logger.Level.DEBUG, "not at this level");
        log.flush();
        assertEquals(Optional.of(file), log.file());
        assertTrue(Files.readString(file)
                .matches("from yesterday\n[0-9/]{10} [0-9:]{8} \\+\\d{3} \\[warn] queue is full\n"));
    }

    @Test
    void shouldLogAsMuchAsWasAskedFor() throws StartException, IOException {
        Path file = directory.resolve("intercept.log");
        Log log = Log.toFile(file, LogLevel.DEBUG, LogFormat.TEXT);
        LOGGER.log(System.Logger.Level.DEBUG, "detail");
        LOGGER.log(System.Logger.Level.TRACE, "noise");
        log.flush();
        assertTrue(Files.readString(file).endsWith("[debug] detail\n"));
    }

    @Test
    void shouldWriteToANewFileAfterReopenWhenTheOldOneWasMovedAway() throws StartException, IOException {
        Path file = directory.resolve("intercept.log");
        Path rotated = directory.resolve("intercept.log.1");
        Log log = Log.toFile(file, LogLevel.INFO, LogFormat.TEXT);
        LOGGER.log(System.Logger.Level.INFO, "before");
        log.flush();
        Files.move(file, rotated);
        LOGGER.log(System.Logger.Level.INFO, "in between");
        log.reopen();
        LOGGER.log(System.Logger.Level.INFO, "after");
        log.flush();
        assertTrue(Files.readString(rotated).contains("in between"));
        assertFalse(Files.readString(rotated).contains("after"));
        assertTrue(Files.readString(file).contains("[info] after"));
    }

    @Test
    void shouldGoOnInTheOldFileWhenTheNewOneCannotBeOpened() throws StartException, IOException {
        Path place = Files.createDirectory(directory.resolve("logs"));
        Log log = Log.toFile(place.resolve("intercept.log"), LogLevel.INFO, LogFormat.TEXT);
        Path moved = directory.resolve("moved");
        Files.move(place, moved);
        log.reopen();
        log.flush();
        assertTrue(Files.readString(moved.resolve("intercept.log"))
                .contains("[error] the log file cannot be reopened, logging goes on in the old one: " + place));
    }

    @Test
    void shouldSayWhichFileCannotBeWrittenAndWhatToDo() {
        Path file = directory.resolve("missing/intercept.log");
        StartException e = assertThrows(StartException.class, () -> Log.toFile(file, LogLevel.INFO, LogFormat.TEXT));
        assertEquals(
                "cannot write the log file " + file
                        + " (No such file or directory); give a file in a directory that you may write to with -l",
                e.getMessage());
        assertEquals(ExitCode.CANNOT_CREATE, e.exitCode());
        StartException before = assertThrows(StartException.class, () -> Log.ofDaemon(file));
        assertEquals(e.getMessage(), before.getMessage());
    }

    @Test
    void shouldNotAppendToWhereALinkInADirectoryOfOthersLeads() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Path link = Files.createSymbolicLink(directory.resolve("intercept.log"), victim);
        StartException e = assertThrows(StartException.class, () -> Log.toFile(link, LogLevel.INFO, LogFormat.TEXT));
        assertTrue(e.getMessage().contains(link + " is a symbolic link in a directory where others"), e.getMessage());
        Path file = directory.resolve("real.log");
        Log log = Log.toFile(file, LogLevel.INFO, LogFormat.TEXT);
        Files.move(file, directory.resolve("real.log.1"));
        Files.createSymbolicLink(file, victim);
        log.reopen();
        log.flush();
        assertEquals("precious", Files.readString(victim));
        assertTrue(Files.readString(directory.resolve("real.log.1")).contains("logging goes on in the old one"));
    }

    @Test
    void shouldLetTheGroupReadANewFileAndNobodyElse() throws Exception {
        Path file = directory.resolve("intercept.log");
        Log.toFile(file, LogLevel.INFO, LogFormat.TEXT);
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
}
