package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.cli.InterceptProcess.Notice;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code intercept} itself: checks what only makes sense together, then runs or detaches. */
@Command(
        name = "intercept",
        versionProvider = VersionText.class,
        abbreviateSynopsis = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "The receiving server of TCPCopy: hands the headers of the test server's answers to tcpcopy, and keeps the "
                    + "answers from the real clients."
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n")
final class InterceptCommand implements Callable<Integer> {

    final ListenOptions listen = new ListenOptions();
    final SessionOptions sessions = new SessionOptions();
    final ProtocolFlags protocol = new ProtocolFlags();
    final CaptureOptions capture = new CaptureOptions();
    final RunOptions run = new RunOptions();
    final FormerOptions former = new FormerOptions();
    final BackendOptionGroups backendOptions;

    private final List<String> repetitions = new ArrayList<>();
    private final BackendRegistry registry;
    private final Arguments arguments;

    @Spec
    private CommandSpec spec;

    /** @param arguments as typed, for the daemon's process */
    InterceptCommand(BackendRegistry registry, Arguments arguments) {
        this.registry = registry;
        this.arguments = arguments;
        this.backendOptions = new BackendOptionGroups(
                registry.entries().stream().map(BackendRegistry.Entry::provider).toList());
    }

    @Override
    public Integer call() throws StartException {
        CommandLine commandLine = spec.commandLine();
        if (capture.listBackends) {
            capture.refuseMissingDirectory(commandLine);
            new BackendListing(registry).print(commandLine.getOut());
            return 0;
        }
        refuseContradictions(commandLine);
        return start(commandLine.getOut(), commandLine.getErr());
    }

    /**
     * Whether the options, as set, ask for a start and contradict nothing.
     *
     * @throws IllegalArgumentException when they contradict each other in a way that {@link #config} refuses
     */
    boolean isPlainStart() {
        config();
        return !capture.listBackends
                && !isPidFileWithoutDaemon()
                && !areRulesOfAnotherUser()
                && (capture.backend == null
                        ? backendOptions.hasCommonBackend()
                        : backendOptions.firstOfOthersThan(capture.backend).isEmpty());
    }

    private boolean isPidFileWithoutDaemon() {
        return run.pidFile != null && !run.daemon;
    }

    /** Once it has become another user, no command that it starts may change rules. */
    private boolean areRulesOfAnotherUser() {
        return run.user != null && !run.installRules.isEmpty();
    }

    /** What a start refuses of options that make no sense together, whichever command has them. */
    void refuseContradictions(CommandLine commandLine) {
        repetitions.addAll(Repetitions.settle(commandLine));
        capture.refuseMissingDirectory(commandLine);
        if (isPidFileWithoutDaemon()) {
            throw new ParameterException(commandLine, "-P, --pidfile goes with -d only: add -d, or leave -P out");
        }
        if (areRulesOfAnotherUser()) {
            throw new ParameterException(
                    commandLine,
                    "--install-rules with --user " + run.user + ": that user could not remove the rules; use"
                            + " 'intercept rules --install', or start as that user with CAP_NET_ADMIN as ambient capability");
        }
        sessions.refuseContradictions(commandLine);
        if (capture.backend == null) {
            backendOptions.refuseWithoutCommonBackend(commandLine);
        } else {
            backendOptions.refuseOthersThan(capture.backend, commandLine);
        }
    }

    /** Runs or detaches, once the options are known to make sense together. */
    int start(PrintWriter out, PrintWriter err) throws StartException {
        if (run.training) {
            Training.run(registry);
        }
        InterceptConfig config = config();
        OwnRules rules = new OwnRules(run.installRules, config, registry);
        rules.refuseWithoutRules();
        if (run.daemon && !run.detached) {
            return new DaemonStart(run, arguments.given(), out, err).run();
        }
        InterceptStart start = new InterceptStart(config, registry, arguments.given());
        if (RestartTrial.isAsked()) {
            new RestartTrial(start, run).run();
            return ExitCode.OK.code();
        }
        Restart restart = new Restart(arguments, run);
        return new InterceptProcess(start, run, rules, new Reload(arguments, registry, rules), restart, notices())
                .run();
    }

    /** Finds out what {@link #start} would be refused. */
    StartTrial trial() throws StartException {
        new OwnRules(run.installRules, config(), registry).refuseWithoutRules();
        return new StartTrial(new InterceptStart(config(), registry, arguments.given()), run, listen.port);
    }

    private List<Notice> notices() {
        List<Notice> notices = new ArrayList<>();
        backendOptions.problems().forEach(problem -> notices.add(new Notice(Level.WARNING, problem)));
        repetitions.forEach(repetition -> notices.add(new Notice(Level.INFO, repetition)));
        former.notices().forEach(notice -> notices.add(new Notice(Level.WARNING, notice)));
        if (capture.backend == null) {
            backendOptions
                    .onlyOneForAll()
                    .ifPresent(backend -> notices.add(new Notice(
                            Level.INFO,
                            "backend " + backend + ": only it has "
                                    + String.join(
                                            ", ",
                                            new TreeSet<>(backendOptions.given().keySet())))));
        }
        return notices;
    }

    /** The one named, or the only one that understands the options given: the originals had a program for each. */
    private Optional<String> backend() {
        return Optional.ofNullable(capture.backend).or(backendOptions::onlyOneForAll);
    }

    InterceptConfig config() {
        InterceptConfig.Builder config = InterceptConfig.builder()
                .port(listen.port)
                .allow(listen.allow.list())
                .maxTunnels(listen.maxTunnels)
                .keepalive(listen.keepalive)
                .tunnelBufferBytes(listen.tunnelBufferBytes)
                .quickackRoutes(listen.quickack == ListenOptions.Quickack.ROUTE)
                .passList(sessions.passList.list())
                .addressTranslation(sessions.addressTranslation())
                .anyTarget(sessions.anyTarget)
                .tableSize(sessions.tableSize)
                .routeTimeoutS(sessions.routeTimeoutS)
                .maxSessions(sessions.maxSessions)
                .maxParked(sessions.maxParked)
                .protocol(protocol.options())
                .targetFigures(run.targetFigures == OneOf.Switch.ON)
                .statsIntervalS(run.statsIntervalS)
                .backendOptions(backendOptions.given())
                .pluginPath(capture.allPluginDirectories());
        if (listen.bind != null) {
            config.bindAddress(listen.bind);
        }
        backend().ifPresent(config::backendName);
        return config.build();
    }
}
