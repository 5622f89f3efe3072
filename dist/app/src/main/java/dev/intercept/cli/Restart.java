package dev.intercept.cli;

import dev.intercept.Departure;
import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.logging.Log;
import dev.intercept.monitor.Monitors;
import dev.intercept.restart.Succession;
import dev.intercept.spi.CaptureBackend.Polling;
import dev.intercept.spi.IoFailure;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Starts the installed program anew in this process, with the same command line and the files that it names as they are now. Tunnels
 * and sessions go on. First the program tries the options in a process of its own: what it would refuse changes nothing.
 */
final class Restart {

    private static final Logger LOG = System.getLogger(Restart.class.getName());

    /** A Java runtime on a busy machine takes seconds to start, not more. */
    private static final long TRIAL_S = 60;

    private final Arguments arguments;
    private final RunOptions options;

    /** @param arguments as typed */
    Restart(Arguments arguments, RunOptions options) {
        this.arguments = arguments;
        this.options = options;
    }

    /**
     * Returns only where nothing was changed, with the reason.
     *
     * @param asking who is sent the outcome
     * @param isStopping whether a stop was asked for, which then goes first
     */
    synchronized Reload.Outcome of(
            Intercept intercept, Monitors monitors, Log log, SocketChannel asking, BooleanSupplier isStopping) {
        Optional<Path> launcher = Installation.launcher();
        if (launcher.isEmpty()) {
            return refused("it needs the installed program; start bin/intercept");
        }
        boolean isFile = intercept.statistics().lanes().stream().anyMatch(lane -> lane.polling() != Polling.ALWAYS);
        if (isFile) {
            return refused("a capture file would be read from its beginning again; stop it and start it");
        }
        try {
            Optional<String> refusal = trial(launcher.get(), intercept);
            if (refusal.isPresent()) {
                return refused(refusal.get());
            }
            Succession.prepare(asking);
        } catch (IOException e) {
            return refused(IoFailure.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused("it was interrupted");
        }
        LOG.log(
                Level.INFO,
                "restarting with " + intercept.tunnels().size() + " tunnels and "
                        + intercept.statistics().sessions().getAsInt() + " sessions");
        Optional<Departure> departure = isStopping.getAsBoolean() ? Optional.empty() : intercept.leave();
        if (departure.isEmpty()) {
            return refused("it is stopping");
        }
        begin(launcher.get(), departure.get(), monitors, log, asking, isStopping);
        return refused("it cannot be"); // Never reached.
    }

    private static Reload.Outcome refused(String why) {
        return new Reload.Outcome(false, "restart: nothing was changed: " + why);
    }

    /** What the program says against it; empty for nothing. */
    private Optional<String> trial(Path launcher, Intercept intercept) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(arguments.given());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true);
        int metricsPort = options.metrics == null ? 0 : options.metrics.getPort();
        builder.environment().putAll(RestartTrial.variables(intercept.address().getPort(), metricsPort));
        Process process = builder.start();
        Thread limit = new Thread(() -> endWhenTooLate(process), "limit of a trial");
        limit.setDaemon(true);
        limit.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        return code == ExitCode.OK.code()
                ? Optional.empty()
                : Optional.of(said.isEmpty() ? "the program ends with code " + code : said.replace('\n', ' '));
    }

    private static void endWhenTooLate(Process process) {
        try {
            if (!process.waitFor(TRIAL_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody captures any more: what goes wrong here ends the process, for a service manager to start it again. */
    private void begin(
            Path launcher,
            Departure departure,
            Monitors monitors,
            Log log,
            SocketChannel asking,
            BooleanSupplier isStopping) {
        Map<String, String> variables = new HashMap<>();
        if (options.socket == null && options.user != null) {
            // That of the user who the process has become meanwhile, and who would look elsewhere.
            monitors.directory().ifPresent(directory -> variables.put("RUNTIME_DIRECTORY", directory.toString()));
        }
        try {
            log.flush();
            if (isStopping.getAsBoolean()) {
                LOG.log(Level.INFO, "stopping instead of restarting");
            } else {
                Succession.begin(launcher, arguments.given(), variables, departure, asking);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "the restart failed, ending now: " + e);
            log.flush();
            Runtime.getRuntime().halt(ExitCode.OS_REFUSED.code());
        }
        log.flush();
        Runtime.getRuntime().halt(ExitCode.OK.code());
    }
}
