package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.daemon.Detachment;
import dev.intercept.daemon.Pinned;
import dev.intercept.logging.Log;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The user's side of {@code -d}: starts the daemon, waits until it captures, and says where it is and logs. */
final class DaemonStart {

    /** Loading a kernel module and a JVM on a busy machine take seconds, not more. */
    private static final long PATIENCE_S = 60;

    private final RunOptions options;
    private final List<String> arguments;
    private final PrintWriter out;
    private final PrintWriter err;

    DaemonStart(RunOptions options, List<String> arguments, PrintWriter out, PrintWriter err) {
        this.options = options;
        this.arguments = arguments;
        this.out = out;
        this.err = err;
    }

    int run() throws StartException {
        Path launcher = Installation.launcher()
                .orElseThrow(() -> new StartException(
                        ExitCode.OS_REFUSED, "-d needs the installed program: start bin/intercept, or leave -d out"));
        Path log = options.log != null ? options.log : DefaultLog.choose();
        Detachment.Outcome outcome = start(launcher, log);
        if (!outcome.isReady()) {
            err.println(outcome.words());
            return outcome.exitCode();
        }
        out.println("intercept runs as process " + outcome.pid() + " and logs to " + log);
        return ExitCode.OK.code();
    }

    private Detachment.Outcome start(Path launcher, Path log) throws StartException {
        try (Pinned opened = Log.ofDaemon(log)) {
            return new Detachment(launcher, PATIENCE_S).start(daemonArguments(log), opened);
        }
    }

    /** In front of the user's, so that a subcommand or a later -l is not disturbed. */
    private List<String> daemonArguments(Path log) {
        List<String> all = new ArrayList<>(List.of(Detachment.OPTION));
        if (options.log == null) {
            all.addAll(List.of("--log", log.toString()));
        }
        all.addAll(arguments);
        return all;
    }
}
