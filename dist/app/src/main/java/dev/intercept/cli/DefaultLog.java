package dev.intercept.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a daemon logs when the user did not say: {@code /var/log} where this user may write there, otherwise the XDG state
 * directory.
 */
final class DefaultLog {

    private static final String FILE_NAME = "intercept.log";

    private DefaultLog() {}

    static Path choose() {
        return choose(Path.of("/var/log"), System.getenv("XDG_STATE_HOME"), Path.of(System.getProperty("user.home")));
    }

    /** @param stateHome null when it is not set; a relative one does not count, as its specification says */
    static Path choose(Path systemLogs, String stateHome, Path home) {
        if (Files.isWritable(systemLogs)) {
            return systemLogs.resolve(FILE_NAME);
        }
        boolean isSet = stateHome != null && stateHome.startsWith(File.separator);
        Path state = isSet ? Path.of(stateHome) : home.resolve(".local/state");
        File directory = state.resolve("intercept").toFile();
        directory.mkdirs(); // When this fails, opening the file says why.
        return directory.toPath().resolve(FILE_NAME);
    }
}
