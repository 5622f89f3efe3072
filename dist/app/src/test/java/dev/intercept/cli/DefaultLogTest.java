package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultLogTest {

    private static final Path NOT_WRITABLE = Path.of("/proc/sys/no/such");

    @TempDir
    Path home;

    @Test
    void shouldLogToTheSystemsPlaceWhereItMay() {
        assertEquals(home.resolve("intercept.log"), DefaultLog.choose(home, "/elsewhere", Path.of("/nowhere")));
    }

    @Test
    void shouldLogToTheStateDirectoryOtherwise() {
        Path state = home.resolve("state");
        assertEquals(
                state.resolve("intercept/intercept.log"),
                DefaultLog.choose(NOT_WRITABLE, state.toString(), Path.of("/nowhere")));
        assertTrue(Files.isDirectory(state.resolve("intercept")));
    }

    @Test
    void shouldTakeTheUsualStateDirectoryWhenNoneIsSetOrItIsRelative() {
        Path expected = home.resolve(".local/state/intercept/intercept.log");
        assertEquals(expected, DefaultLog.choose(NOT_WRITABLE, null, home));
        assertEquals(expected, DefaultLog.choose(NOT_WRITABLE, "state", home));
    }
}
