package dev.intercept.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class IoFailureTest {

    private static void assertReason(String expected, Executable failing) {
        assertEquals(expected, IoFailure.reason(assertThrows(IOException.class, failing)));
    }

    @Test
    void shouldSayWhatTheSystemSaysWhicheverClassSaysIt(@TempDir Path directory) {
        Path none = directory.resolve("none");
        assertReason("No such file or directory", () -> Files.readString(none));
        assertReason("No such file or directory", () -> new FileInputStream(none.toFile()).close());
        assertReason("Is a directory", () -> new FileInputStream(directory.toFile()).close());
        assertReason("File exists", () -> Files.createDirectory(directory));
        assertReason("Not a directory", () -> Files.list(Files.createFile(none)).close());
        assertReason("Permission denied", () -> {
            throw new AccessDeniedException("/proc/1/fd");
        });
        assertReason("the system gives no reason", () -> {
            throw new IOException();
        });
    }
}
