package dev.intercept.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a daemon logs when the user did not say: {@code /var/log} for root, the XDG state directory for others. */
final class DefaultLog {

    private DefaultLog() {}

    static Path choose() {
        Path systemLogs = Path.of("/var/log");
        if (Files.isWritable(systemLogs)) {
            return systemLogs.resolve("intercept.log");
        }
        String stateHome = System.getenv("XDG_STATE_HOME");
        Path state = stateHome != null && stateHome.startsWith(File.separator)
                ? Path.of(stateHome)
                : Path.of(System.getProperty("user.home"), ".local", "state");
        File directory = state.resolve("intercept").toFile();
        directory.mkdirs(); // When this fails, opening the file says why.
        return directory.toPath().resolve("intercept.log");
    }
}
