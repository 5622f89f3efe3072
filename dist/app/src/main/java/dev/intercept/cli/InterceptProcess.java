package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.StartException;
import dev.intercept.StartStep;
import dev.intercept.daemon.Account;
import dev.intercept.daemon.Detachment;
import dev.intercept.daemon.HeapPages;
import dev.intercept.daemon.Heartbeat;
import dev.intercept.daemon.PidFile;
import dev.intercept.daemon.Privileges;
import dev.intercept.daemon.ServiceManager;
import dev.intercept.daemon.Signals;
import dev.intercept.daemon.Terminal;
import dev.intercept.daemon.ThreadPriority;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.logging.Log;
import dev.intercept.monitor.Monitors;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.restart.Baton;
import dev.intercept.restart.Succession;
import dev.intercept.summary.RunSummary;
import dev.intercept.summary.SummaryFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The process around one {@link Intercept}: log, PID file, signals, and the report to the process that started it as a daemon. */
final class InterceptProcess {

    private static final Logger LOG = System.getLogger(InterceptProcess.class.getName());

    /** A stop takes about 100 ms; one that takes longer than this is a bug. */
    private static final long STOP_LIMIT_S = 8;

    /** As a shell reports a process that SIGTERM ended. */
    private static final int SECOND_SIGNAL = 143;

    private final InterceptStart start;
    private final RunOptions options;
    private final OwnRules rules;
    private final Reload reload;
    private final Restart restart;
    private final List<Notice> notices;
    private final RunEnd end;
    private final AtomicBoolean isStopping = new AtomicBoolean();

    /** Of the process that this one was before; empty at an ordinary start. */
    private Optional<Baton> baton = Optional.empty();

    /** What is logged at start about the command line. */
    record Notice(Level level, String text) {}

    /**
     * @param rules that are in force while it captures
     * @param reload what is done at SIGHUP beside the log
     * @param restart what is done where {@code intercept restart} asks for it
     * @param notices to be logged at start
     */
    InterceptProcess(
            InterceptStart start,
            RunOptions options,
            OwnRules rules,
            Reload reload,
            Restart restart,
            List<Notice> notices) {
        this.start = start;
        this.options = options;
        this.rules = rules;
        this.reload = reload;
        this.restart = restart;
        this.notices = notices;
        this.end = new RunEnd(options);
    }

    /** Runs until a signal or the end of capture, and returns the exit code. */
    int run() throws StartException {
        nameProcess();
        try {
            Optional<Account> account =
                    options.user == null ? Optional.empty() : Optional.of(Privileges.futureUser(options.user));
            if (options.summary != null) {
                SummaryFile.attempt(options.summary);
            }
            return runLogged(new Handover(openLog(), account));
        } catch (StartException e) {
            baton.ifPresent(left -> answer(left, new Reload.Outcome(false, "restart: " + e.getMessage())));
            if (!options.detached) {
                throw e;
            }
            System.out.println("intercept: " + e.getMessage()); // The parent reads it and shows it to the user.
            return e.exitCode().code();
        }
    }

    /** So that ps, ss and other programs' messages call it intercept and not java; proc(5), comm. */
    private static void nameProcess() {
        try {
            Files.writeString(Path.of("/proc/self/comm"), "intercept", StandardOpenOption.WRITE);
        } catch (IOException e) {
            // Then it is called java there, as any other.
        }
    }

    private Log openLog() throws StartException {
        return options.log == null
                ? Log.toStderr(options.logLevel, options.logFormat)
                : Log.toFile(options.log, options.logLevel, options.logFormat);
    }

    private int runLogged(Handover handover) throws StartException {
        Thread.setDefaultUncaughtExceptionHandler(InterceptProcess::logEnd);
        takeBaton();
        notices.forEach(notice -> LOG.log(notice.level(), notice.text()));
        try {
            return runHoldingPidFile(handover);
        } catch (StartException e) {
            handover.log().file().ifPresent(file -> LOG.log(Level.ERROR, e.getMessage()));
            throw e;
        }
    }

    private void takeBaton() {
        try {
            baton = Succession.received(System.getenv());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the tunnels of the process before are closed: " + e.getMessage());
        }
    }

    /** Who asked for the restart may be gone meanwhile. */
    private static void answer(Baton left, Reload.Outcome outcome) {
        if (left.asking().isEmpty()) {
            return; // The service manager's restart.
        }
        try (SocketChannel asking = left.asking().get()) {
            StatusSocket.send(asking, outcome.reply());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "nobody waits for the outcome of the restart: " + e);
        }
    }

    private void report(Baton left, Intercept intercept) {
        left.closeUseless();
        long gapMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - left.leftNs());
        String line = "restarted as " + Installation.version() + ": "
                + intercept.tunnels().size() + " tunnels and "
                + intercept.statistics().sessions().getAsInt() + " sessions go on; nothing was captured for " + gapMs
                + " ms";
        LOG.log(Level.INFO, line);
        answer(left, new Reload.Outcome(true, line));
    }

    /** Of a thread, in one line where that is no bug. */
    private static void logEnd(Thread thread, Throwable failure) {
        String what = "thread " + thread.getName() + " has ended: ";
        if (DescriptorsUsedUp.are(failure)) {
            LOG.log(Level.ERROR, what + DescriptorsUsedUp.TEXT);
        } else {
            LOG.log(Level.ERROR, what + failure + "; please report this", failure);
        }
    }

    private int runHoldingPidFile(Handover handover) throws StartException {
        if (options.pidFile == null) {
            return serve(handover);
        }
        PidFile pidFile = PidFile.take(options.pidFile);
        try {
            return serve(handover.with(pidFile));
        } finally {
            pidFile.remove();
        }
    }

    private int serve(Handover handover) throws StartException {
        // Handled before the start: a signal may come as soon as "listening" is in the log.
        CompletableFuture<Running> started = new CompletableFuture<>();
        handleSignals(started, handover.log());
        Monitors monitors = new Monitors(
                Optional.ofNullable(options.socket), Optional.ofNullable(options.metrics), handover.account());
        // What may fail comes first, then what cannot be taken back.
        StartStep onceOpen = needed -> {
            monitors.open();
            ThreadPriority.raise(Optional.ofNullable(options.nice));
            handover.run(needed);
            if (options.summary != null && handover.account().isPresent()) {
                SummaryFile.attempt(options.summary); // As the user who is to write it.
            }
        };
        try (monitors;
                Intercept intercept = start.run(onceOpen, baton.map(Baton::arrival))) {
            Diagnosis diagnosis = Diagnosis.of(intercept);
            diagnosis.silence(options.silenced());
            started.complete(new Running(intercept, diagnosis));
            RunSummary summary = new RunSummary(intercept, diagnosis, Installation.version());
            monitors.serve(
                    intercept,
                    diagnosis,
                    Installation.version(),
                    Map.of(
                            StatusSocket.RELOAD,
                            client -> reload(started.join(), handover.log()).reply(),
                            StatusSocket.RESTART,
                            client -> restart(intercept, monitors, handover.log(), client)));
            ExitCode code = serve(intercept, handover.log());
            intercept.stop();
            return end.report(summary, code).code();
        } catch (InterruptedException e) {
            throw new AssertionError("nothing interrupts the main thread", e);
        }
    }

    /** What is there to be stopped and to be changed. */
    private record Running(Intercept intercept, Diagnosis diagnosis) {}

    private Reload.Outcome reload(Running running, Log log) {
        Reload.Outcome outcome = reload.of(running.intercept, running.diagnosis, log);
        LOG.log(outcome.isDone() ? Level.INFO : Level.ERROR, outcome.line());
        return outcome;
    }

    /** Returns only where nothing was changed. */
    private String restart(Intercept intercept, Monitors monitors, Log log, SocketChannel asking) {
        Reload.Outcome outcome = restart.of(intercept, monitors, log, asking, isStopping::get);
        LOG.log(Level.ERROR, outcome.line());
        return outcome.reply();
    }

    private ExitCode serve(Intercept intercept, Log log) throws StartException, InterruptedException {
        try (ServiceManager manager = ServiceManager.of(
                        System.getenv(), ProcessHandle.current().pid());
                Heartbeat heartbeat = heartbeat(manager, intercept)) {
            rules.install(intercept.backendName());
            heartbeat.start();
            if (options.detached) {
                Detachment.reportReady(System.out);
            }
            intercept.every(1, HeapPages.ofThisProcess());
            if (options.training) {
                intercept.every(Training.RUN_S, intercept::stop);
            }
            baton.ifPresent(left -> report(left, intercept));
            end.watch(intercept, () -> stop(intercept, log));
            ExitCode code = intercept.awaitEnd();
            manager.stopping();
            if (code == ExitCode.OK) {
                rules.remove();
            }
            return code;
        }
    }

    private static Heartbeat heartbeat(ServiceManager manager, Intercept intercept) {
        return new Heartbeat(
                manager,
                () -> intercept.backendName() + ", " + intercept.tunnels().size() + " tunnels, " + intercept.line(),
                limitNs -> intercept.isCapturing() && intercept.longestRoundNs() < limitNs);
    }

    /**
     * A stop that is asked for while intercept starts is done once it has started; if that takes too long, or at a second
     * signal, the process ends without. SIGHUP never ends a service: only a process whose terminal went away.
     */
    private void handleSignals(CompletableFuture<Running> started, Log log) {
        Consumer<String> stop = name -> {
            if (isStopping.getAndSet(true)) {
                Runtime.getRuntime().halt(SECOND_SIGNAL);
            }
            startStopLimit(log);
            end.isEndedBy("SIG" + name);
            LOG.log(Level.INFO, "SIG" + name + ": stopping");
            started.thenAccept(running -> ServiceRestart.stop(running.intercept));
        };
        Signals.handle("TERM", stop);
        Signals.handle("INT", stop);
        Terminal terminal = Terminal.current(new LocalHost());
        Signals.handle("HUP", name -> {
            boolean isOrphan = log.file().isEmpty() && terminal.isGone();
            log.file().ifPresent(file -> log.reopen());
            if (isOrphan) {
                stop.accept(name);
            } else if (reload.isPossible()) {
                started.thenAccept(running -> reload(running, log));
            } else if (log.file().isEmpty()) {
                LOG.log(Level.INFO, "SIGHUP: there is no log file to reopen, going on");
            }
        });
    }

    private static void stop(Intercept intercept, Log log) {
        startStopLimit(log);
        intercept.stop();
    }

    private static void startStopLimit(Log log) {
        Thread limit = new Thread(() -> haltWhenTooLate(log), "stop limit");
        limit.setDaemon(true);
        limit.start();
    }

    private static void haltWhenTooLate(Log log) {
        try {
            TimeUnit.SECONDS.sleep(STOP_LIMIT_S);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.ERROR, "did not stop within " + STOP_LIMIT_S + " s, ending now; please report this");
        log.flush(); // Which waits for a second at most.
        Runtime.getRuntime().halt(ExitCode.SOFTWARE.code());
    }
}
