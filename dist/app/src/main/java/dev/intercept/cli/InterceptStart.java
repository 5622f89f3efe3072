package dev.intercept.cli;

import dev.intercept.Arrival;
import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.Opening;
import dev.intercept.StartException;
import dev.intercept.StartStep;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.net.ListenFailure;
import dev.intercept.quickack.QuickackRoutes;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Host;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The start of one {@link Intercept} for a user, and what a failure reports. */
final class InterceptStart {

    private final InterceptConfig config;
    private final BackendRegistry registry;
    private final List<String> arguments;

    /** @param arguments as typed, for a failure's message */
    InterceptStart(InterceptConfig config, BackendRegistry registry, List<String> arguments) {
        this.config = config;
        this.registry = registry;
        this.arguments = arguments;
    }

    /**
     * Opens what a start opens and what does not stay, and closes it again.
     *
     * @throws StartException as {@link #run}, without the command that grants a privilege
     */
    void attempt() throws StartException {
        try {
            Intercept.attempt(config, registry);
        } catch (StartException e) {
            throw withPortOwner(e);
        }
    }

    /**
     * @param onceOpen done when port and backend are open: what else may fail, and then the change of user
     * @param arrival what the process before left
     */
    Intercept run(StartStep onceOpen, Optional<Arrival> arrival) throws StartException {
        try {
            return Intercept.start(config, registry, System::nanoTime, onceOpen, QuickackRoutes::of, arrival);
        } catch (StartException e) {
            throw explained(e);
        }
    }

    /**
     * Finds out what a start would be refused beside port and backend in use, and opens nothing.
     *
     * @param listening the port that is this intercept's already
     */
    void examine(int listening) throws StartException {
        Opening.examine(config, registry, new LocalHost());
        if (config.port() != 0 && config.port() != listening) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(config.bindAddress()
                        .map(address -> new InetSocketAddress(address, config.port()))
                        .orElseGet(() -> new InetSocketAddress(config.port())));
            } catch (IOException e) {
                throw withPortOwner(new StartException(
                        ExitCode.OS_REFUSED, "cannot listen on port " + config.port() + ": " + e.getMessage(), e));
            }
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
}
