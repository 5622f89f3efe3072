package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.monitor.RuntimeDirectory;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which of the intercepts that run is meant; nothing need be said when there is one. */
final class RunningOptions {

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            converter = FileName.class,
            description = "its status socket, as given at its start")
    private @Nullable Path socket;

    @Option(
            names = {"-P", "--pidfile"},
            paramLabel = "FILE",
            converter = FileName.class,
            description = "its PID file")
    private @Nullable Path pidFile;

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

    /**
     * Has it do what a word asks for.
     *
     * @throws StartException with UNAVAILABLE when none answers
     */
    Reload.Outcome ask(String word) throws StartException {
        Path asked = find();
        try {
            String reply = StatusSocket.ask(asked, word);
            if (reply.isEmpty()) {
                throw new IOException("it ended; its log has why");
            }
            return Reload.Outcome.of(reply);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "no intercept answers at " + asked + " (" + IoFailure.reason(e)
                            + "); start it, or name its socket with --socket or its PID file with -P",
                    e);
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "what answers at " + asked + " is no intercept of this version; name another socket with --socket",
                    e);
        }
    }

    private long pid() throws StartException {
        String content;
        try {
            content = Files.readString(pidFile).strip();
        } catch (CharacterCodingException e) {
            content = "no text";
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "the PID file " + pidFile + " cannot be read: " + IoFailure.reason(e)
                            + "; name the one that a running intercept has as its -P, or leave -P out",
                    e);
        }
        if (!content.matches("[0-9]{1,18}")) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "the file " + pidFile + " has no process id in it; name the one that a running intercept has as its"
                            + " -P, or leave -P out");
        }
        return Long.parseLong(content);
    }
}
