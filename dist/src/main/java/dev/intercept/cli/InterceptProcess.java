package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.daemon.Detachment;
import dev.intercept.daemon.PidFile;
import dev.intercept.daemon.Signals;
import dev.intercept.diagnosis.Host;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.logging.Log;
import dev.intercept.monitor.Monitors;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The process around one {@link Intercept}: log, PID file, signals, and the word to whoever started it as a daemon. */
final class InterceptProcess {

    private static final Logger LOG = System.getLogger(InterceptProcess.class.getName());

    /** A stop takes some 100 ms; whoever waits longer than this for it has met a bug. */
    private static final long STOP_LIMIT_S = 10;

    private final InterceptConfig config;
    private final RunOptions options;
    private final List<String> warnings;
    private final BackendRegistry registry;

    /**
     * @param warnings to be logged at start
     * @param registry the backends to choose from
     */
    InterceptProcess(InterceptConfig config, RunOptions options, List<String> warnings, BackendRegistry registry) {
        this.config = config;
        this.registry = registry;
        this.options = options;
        this.warnings = warnings;
    }

    /** Runs until a signal or the end of capture, and returns the exit code. */
    int run() throws StartException {
        try {
            return runLogged(openLog());
        } catch (StartException e) {
            if (options.log != null) {
                LOG.log(Level.ERROR, e.getMessage());
            }
            if (!options.detached) {
                throw e;
            }
            System.out.println("intercept: " + e.getMessage()); // The parent reads it and shows it to the user.
            return e.exitCode().code();
        }
    }

    private Log openLog() throws StartException {
        return options.log == null
                ? Log.toStderr(options.logLevel, options.logFormat)
                : Log.toFile(options.log, options.logLevel, options.logFormat);
    }

    private int runLogged(Log log) throws StartException {
        warnings.forEach(warning -> LOG.log(Level.WARNING, warning));
        if (options.pidFile == null) {
            return serve(log);
        }
        PidFile pidFile = PidFile.take(options.pidFile);
        try {
            return serve(log);
        } finally {
            pidFile.remove();
        }
    }

    private int serve(Log log) throws StartException {
        // Handled before the start: whoever reads "listening" in the log may send a signal at once.
        CompletableFuture<Intercept> started = new CompletableFuture<>();
        handleSignals(started, log);
        try (Intercept intercept = start()) {
            started.complete(intercept);
            return serve(intercept);
        } catch (InterruptedException e) {
            throw new AssertionError("nothing interrupts the main thread", e);
        }
    }

    private int serve(Intercept intercept) throws StartException, InterruptedException {
        Monitors monitors = monitors(intercept);
        try {
            if (options.detached) {
                Detachment.reportReady(System.out);
            }
            return intercept.awaitEnd().code();
        } finally {
            monitors.close();
        }
    }

    private Intercept start() throws StartException {
        try {
            return Intercept.start(config, registry, System::nanoTime);
        } catch (StartException e) {
            if (e.getCause() instanceof BindException) {
                throw portOwner()
                        .map(owner ->
                                new StartException(e.exitCode(), e.getMessage() + " (" + owner + " listens there)", e))
                        .orElse(e);
            }
            throw e;
        }
    }

    private Monitors monitors(Intercept intercept) throws StartException {
        return Monitors.open(
                intercept,
                Installation.version(),
                Optional.ofNullable(options.socket),
                Optional.ofNullable(options.metrics));
    }

    private Optional<String> portOwner() {
        Host host = new LocalHost();
        Sockets sockets = new Sockets(host);
        OptionalLong owner =
                sockets.listeningOn(config.port()).map(sockets::holder).orElse(OptionalLong.empty());
        return owner.isPresent() ? Optional.of(new Processes(host).describe(owner.getAsLong())) : Optional.empty();
    }

    /** A stop that is asked for while intercept starts is done once it has started. */
    private void handleSignals(CompletableFuture<Intercept> started, Log log) {
        Consumer<String> stop = name -> started.thenAccept(intercept -> stop(intercept, name));
        Signals.handle("TERM", stop);
        Signals.handle("INT", stop);
        // Without a log file SIGHUP means what it always meant: the terminal is gone.
        Signals.handle("HUP", log.file().isPresent() ? name -> log.reopen() : stop);
    }

    private static void stop(Intercept intercept, String signal) {
        LOG.log(Level.INFO, "SIG" + signal + ": stopping");
        Thread limit = new Thread(InterceptProcess::haltWhenTooLate, "stop limit");
        limit.setDaemon(true);
        limit.start();
        intercept.stop();
    }

    private static void haltWhenTooLate() {
        try {
            TimeUnit.SECONDS.sleep(STOP_LIMIT_S);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.ERROR, "did not stop within " + STOP_LIMIT_S + " s, ending now; please report this");
        Runtime.getRuntime().halt(ExitCode.SOFTWARE.code());
    }
}
