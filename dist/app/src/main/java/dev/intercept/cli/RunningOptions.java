package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.monitor.RuntimeDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Which of the intercepts that run is meant; nothing need be said when there is one. */
final class RunningOptions {

    @Option(names = "--socket", paramLabel = "FILE", description = "its status socket, as given at its start")
    private Path socket;

    @Option(
            names = {"-P", "--pidfile"},
            paramLabel = "FILE",
            description = "its PID file")
    private Path pidFile;

    /** @throws StartException with UNAVAILABLE when none or several run, or the PID file cannot be read */
    Path find() throws StartException {
        if (socket != null) {
            return socket;
        }
        RuntimeDirectory directory = RuntimeDirectory.ofThisUser();
        if (pidFile != null) {
            return directory.socketOf(pid());
        }
        List<Path> living = directory.living();
        if (living.size() == 1) {
            return living.get(0);
        }
        throw new StartException(
                ExitCode.UNAVAILABLE,
                living.isEmpty()
                        ? "no intercept of this user runs; start it, or ask as the user who did"
                        : living.size() + " intercepts run; name one with --socket, of " + living);
    }

    private long pid() throws StartException {
        try {
            return Long.parseLong(Files.readString(pidFile).strip());
        } catch (IOException | NumberFormatException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "the PID file " + pidFile + " cannot be read (" + e + "); is intercept running with that -P?",
                    e);
        }
    }
}
