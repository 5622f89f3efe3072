package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.StartStep;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.daemon.Account;
import dev.intercept.daemon.Privileges;
import dev.intercept.daemon.ThreadPriority;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.monitor.RuntimeDirectory;
import dev.intercept.net.ListenFailure;
import dev.intercept.quickack.QuickackRoutes;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Host;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The start of one {@link Intercept} for a user: as whom it goes on, and what a failure reports. */
final class InterceptStart {

    private static final Logger LOG = System.getLogger(InterceptStart.class.getName());

    private final InterceptConfig config;
    private final RunOptions options;
    private final BackendRegistry registry;
    private final List<String> arguments;

    /** @param arguments as typed, for a failure's message */
    InterceptStart(InterceptConfig config, RunOptions options, BackendRegistry registry, List<String> arguments) {
        this.config = config;
        this.options = options;
        this.registry = registry;
        this.arguments = arguments;
    }

    /** @param logFile to be given to the user of {@code --user} */
    Intercept run(Optional<Path> logFile) throws StartException {
        if (options.user != null) {
            Account account = Account.named(options.user);
            Privileges.refuseUnlessRoot(account);
            return start(() -> {
                ThreadPriority.raise(Optional.ofNullable(options.nice));
                continueAs(account, logFile);
            });
        }
        return start(() -> ThreadPriority.raise(Optional.ofNullable(options.nice)));
    }

    /**
     * Opens what a start opens, and closes it again.
     *
     * @throws StartException as {@link #run}, without the command that grants a privilege
     */
    void attempt() throws StartException {
        if (options.user != null) {
            Privileges.refuseUnlessRoot(Account.named(options.user));
        }
        if (leavesFilters()) {
            return;
        }
        try {
            Intercept.attempt(config, registry);
        } catch (StartException e) {
            throw withPortOwner(e);
        }
    }

    /** Whether opening the backend would put filters in force that stay: that is not to be tried. */
    private boolean leavesFilters() {
        try {
            CaptureBackendProvider provider =
                    registry.choose(config.backendName()).provider();
            return provider.attachedFilters(new BackendOptions(provider.options(), config.backendOptions()))
                    .isPresent();
        } catch (BackendException e) {
            return false; // The attempt meets it too, and reports it.
        }
    }

    private Intercept start(StartStep onceOpen) throws StartException {
        try {
            return Intercept.start(config, registry, System::nanoTime, onceOpen, QuickackRoutes::of);
        } catch (StartException e) {
            throw explained(e);
        }
    }

    private StartException explained(StartException e) {
        return e.exitCode() == ExitCode.NO_PERMISSION
                ? PrivilegeAdvice.of(arguments, neededCapability())
                        .map(advice -> advice.addedTo(e))
                        .orElse(e)
                : withPortOwner(e);
    }

    private StartException withPortOwner(StartException e) {
        boolean isTaken = e.getCause() instanceof BindException
                && config.bindAddress().map(ListenFailure::isOfThisHost).orElse(true);
        return isTaken
                ? portOwner()
                        .map(owner -> new StartException(
                                e.exitCode(), e.getMessage() + " (" + owner + " listens there)", e.getCause()))
                        .orElse(e)
                : e;
    }

    private Optional<Capability> neededCapability() {
        return config.backendName().flatMap(registry::find).flatMap(CaptureBackendProvider::capability);
    }

    private Optional<String> portOwner() {
        Host host = new LocalHost();
        Sockets sockets = new Sockets(host);
        OptionalLong owner =
                sockets.listeningOn(config.port()).map(sockets::holder).orElse(OptionalLong.empty());
        return owner.isPresent() ? Optional.of(new Processes(host).describe(owner.getAsLong())) : Optional.empty();
    }

    private void continueAs(Account account, Optional<Path> logFile) throws StartException {
        Privileges.handOver(
                account,
                Stream.concat(logFile.stream(), Stream.ofNullable(options.pidFile))
                        .toList());
        if (options.socket == null) {
            prepareSocket(account);
        }
        Privileges.reduceTo(account);
        LOG.log(
                Level.INFO,
                "goes on as user " + account.name() + " (" + account.userId() + ") with CAP_NET_ADMIN and CAP_NET_RAW");
    }

    /** Where {@code intercept status} of root looks; a directory that other intercepts use stays as it is. */
    private void prepareSocket(Account account) throws StartException {
        RuntimeDirectory directory = RuntimeDirectory.ofThisUser();
        try {
            directory.prepare();
        } catch (IOException e) {
            return; // Said when the socket cannot be opened.
        }
        if (directory.living().isEmpty()) {
            Path socket = directory.socketOf(ProcessHandle.current().pid());
            Privileges.handOver(account, List.of(socket.getParent()));
            options.socket = socket;
        }
    }
}
