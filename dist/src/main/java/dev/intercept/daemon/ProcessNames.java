package dev.intercept.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How messages call another process: its id and what it runs, read from {@code /proc} (proc(5)). */
final class ProcessNames {

    private final Path proc;

    ProcessNames(Path proc) {
        this.proc = proc;
    }

    /** {@code "process 1234 (nginx)"}; without a name when the process is gone or hidden. */
    String describe(long pid) {
        String name = name(pid);
        return "process " + pid + (name.isEmpty() ? "" : " (" + name + ")");
    }

    private String name(long pid) {
        Path directory = proc.resolve(Long.toString(pid));
        // A JVM is called java whatever it runs, so look for the main class of ours.
        if (read(directory.resolve("cmdline")).contains("\0dev.intercept.")) {
            return "intercept";
        }
        return read(directory.resolve("comm")).strip();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
