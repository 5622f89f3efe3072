package dev.intercept.selftest;

import dev.intercept.ExitCode;
import dev.intercept.diagnosis.rules.Firewall;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run in the network namespace of this process, step by step. Everything it starts ends with it.
 *
 * <p>Threads: this one replays; the HTTP server's, the watch's and the reader of intercept's output only count and collect.
 */
final class Selftest {

    private static final long SERVED_TIMEOUT_MS = 2000;

    private final SelftestOptions options;
    private final TestedBackend backend;
    private final ThisProgram program;
    private final Progress progress;
    private final Report report;
    private final HostChanges changes;
    private final long startNs = System.nanoTime();
    private final long deadlineNs;
    private final ServedRequests served = new ServedRequests();
    private final InterceptCommandLine intercept;
    private final InetSocketAddress target = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);

    Selftest(
            SelftestOptions options,
            TestedBackend backend,
            ThisProgram program,
            Progress progress,
            Report report,
            HostChanges changes) {
        this.options = options;
        this.backend = backend;
        this.program = program;
        this.progress = progress;
        this.report = report;
        this.changes = changes;
        deadlineNs = startNs + TimeUnit.SECONDS.toNanos(options.deadlineS());
        intercept = new InterceptCommandLine(options, backend);
    }

    /** Runs all steps and prints the verdict. Returns the exit code. */
    int run() throws InterruptedException {
        try {
            List<QueueRule> rules = backend.rules();
            PrivateNetwork.layOut(changes);
            progress.done(
                    Step.NAMESPACE,
                    "target " + TestNetwork.TARGET + ", clients " + TestNetwork.CLIENTS + " behind "
                            + TestNetwork.WIRE_DEVICE);
            return withServer(rules);
        } catch (SelftestException e) {
            progress.closeLine();
            report.failed(e);
            return e.exitCode();
        }
    }

    private int withServer(List<QueueRule> rules) throws SelftestException, InterruptedException {
        try (TargetServer server = TargetServer.start(target, served);
                EscapeWatch watch = new EscapeWatch()) {
            AnswerSizes sizes = AnswerSizes.measure(server.address(), patienceMs());
            progress.done(
                    Step.SERVER, "answers on " + TestNetwork.TARGET + ":" + target.getPort() + " (without intercept)");
            insert(rules);
            try (AnswerMirror mirror = new AnswerMirror(backend.injector())) {
                return withIntercept(sizes, watch, mirror);
            }
        } catch (SocketTimeoutException e) {
            throw new SelftestException(
                    Step.SERVER,
                    "it did not answer within the " + options.deadlineS() + " s of the test",
                    "give this machine less to do, or the test more time: --deadline-s");
        } catch (IOException e) {
            throw new SelftestException(
                    Step.SERVER,
                    String.valueOf(e.getMessage()),
                    "please report this with the lines above and your Java version");
        }
    }

    /** What is left of the test's time. */
    private int patienceMs() {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
    }

    private void insert(List<QueueRule> rules) throws SelftestException {
        try {
            rules.forEach(rule -> changes.onEnd(() -> new Firewall().remove(rule)));
            List<String> commands = new Firewall().insert(rules);
            progress.done(Step.RULE, commands.isEmpty() ? "none needed" : String.join("\n", commands));
        } catch (IOException e) {
            throw new SelftestException(
                    Step.RULE,
                    String.valueOf(e.getMessage()),
                    "install iptables: apt-get install iptables; if it is there, its kernel modules are missing",
                    ExitCode.UNAVAILABLE.code(),
                    List.of());
        }
    }

    private int withIntercept(AnswerSizes sizes, EscapeWatch watch, AnswerMirror mirror)
            throws IOException, SelftestException, InterruptedException {
        long launchNs = System.nanoTime();
        try (DaemonProcess daemon = launch()) {
            daemon.awaitReady(patienceMs());
            progress.done(Step.INTERCEPT, started(daemon, System.nanoTime() - launchNs));
            mirror.start();
            ReplayResult replay = replay(daemon, sizes, watch);
            progress.done(
                    Step.REPLAY,
                    replay.answered() + " of " + options.requests() + " answers came back through "
                            + Units.count(options.tunnels(), "tunnel") + ", tcpcopy "
                            + options.generation().releases());
            served.await(options.requests(), SERVED_TIMEOUT_MS);
            daemon.stop();
            Findings findings = new Findings(
                    options.requests(),
                    served,
                    replay,
                    daemon.log().statistics(),
                    kernelCountsReadable(),
                    finish(watch),
                    backend.stopsAnswers());
            report.print(findings);
            report.verdict(findings, daemon.log().backend(), System.nanoTime() - startNs);
            return findings.failure().isEmpty() ? ExitCode.OK.code() : SelftestProcess.FAILED;
        }
    }

    private DaemonProcess launch() throws SelftestException {
        try {
            return new DaemonProcess(program.command(intercept.arguments()));
        } catch (IOException e) {
            throw new SelftestException(
                    Step.INTERCEPT,
                    String.valueOf(e.getMessage()),
                    "this process could be started but not a second one: free some memory");
        }
    }

    private static Escapes finish(EscapeWatch watch) throws SelftestException, InterruptedException {
        try {
            return watch.finish();
        } catch (IOException e) {
            throw new SelftestException(
                    Step.VERDICT,
                    "what escaped is not known: " + e.getMessage(),
                    "please report this with the lines above");
        }
    }

    /** A host without NFQUEUE has no such file, and nothing to be hidden. */
    private static boolean kernelCountsReadable() {
        Path counts = Path.of(Report.QUEUE_COUNTS);
        return !Files.exists(counts) || Files.isReadable(counts);
    }

    private static String started(DaemonProcess daemon, long durationNs) {
        StringBuilder text = new StringBuilder();
        text.append("process ").append(daemon.pid()).append(", ready after ").append(Units.seconds(durationNs));
        daemon.log().announcements().forEach(line -> text.append('\n').append(line));
        return text.toString();
    }

    private ReplayResult replay(DaemonProcess daemon, AnswerSizes sizes, EscapeWatch watch) throws SelftestException {
        RunningTest monitor = new RunningTest(daemon, watch, backend.stopsAnswers(), progress);
        try (ReplaySetup setup = new ReplaySetup(options, target, sizes)) {
            Replay replay = setup.replay(monitor);
            try {
                return replay.run(deadlineNs);
            } catch (SelftestException e) {
                throw e.with(replay.progress(), daemon.log().lastLines());
            }
        } catch (IOException e) {
            throw monitor.broken(e)
                    .with("the tunnels did not come about", daemon.log().lastLines());
        }
    }
}
