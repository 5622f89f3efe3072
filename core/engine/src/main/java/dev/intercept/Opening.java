package dev.intercept;

import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.net.ListenFailure;
import dev.intercept.net.PublicAddress;
import dev.intercept.server.AllowList;
import dev.intercept.server.ServerLimits;
import dev.intercept.server.TunnelServer;
import dev.intercept.session.LingeringRoutes;
import dev.intercept.session.SessionTable;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Opens what intercept needs of the system, the port before the queue, and reports to the user why when it cannot. */
final class Opening {

    private static final Logger LOG = System.getLogger(Intercept.class.getName());

    /** How the lanes of a backend are opened. */
    @FunctionalInterface
    interface Lanes {
        List<CaptureBackend> open(InterceptConfig config, CaptureBackendProvider provider, TunnelServer server)
                throws StartException;
    }

    private Opening() {}

    /** The backend to use. Logs which plug-ins are broken, and why it is this backend where another would go first. */
    static CaptureBackendProvider choose(InterceptConfig config, BackendRegistry registry) throws StartException {
        registry.problems().forEach(problem -> LOG.log(Level.WARNING, problem));
        try {
            BackendRegistry.Choice choice = registry.choose(config.backendName());
            choice.reason().ifPresent(reason -> LOG.log(Level.INFO, reason));
            return choice.provider();
        } catch (BackendException e) {
            throw new StartException(ExitCode.of(e.kind()), e.getMessage(), e);
        }
    }

    static TunnelServer bind(
            InterceptConfig config,
            AllowList allowList,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog limitedLog,
            LongSupplier nanoClock)
            throws StartException {
        ServerLimits limits = new ServerLimits(
                OpenFiles.tunnels(config.maxTunnels()), config.tunnelBufferBytes(), allowList, config.keepalive());
        InetSocketAddress address = config.bindAddress()
                .map(ip -> new InetSocketAddress(ip, config.port()))
                .orElseGet(() -> new InetSocketAddress(config.port()));
        try {
            return TunnelServer.bind(address, limits, config.protocol(), sessions, counters, limitedLog, nanoClock);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.OS_REFUSED,
                    "cannot listen on " + text(address) + ": " + ListenFailure.text(address, e, "-b", "-p"),
                    e);
        }
    }

    /** The packet source's lanes; when it cannot be opened, {@code server} listens no longer. */
    static List<CaptureBackend> capture(InterceptConfig config, CaptureBackendProvider provider, TunnelServer server)
            throws StartException {
        try {
            return provider.open(optionsFor(config, provider));
        } catch (BackendException e) {
            server.discard();
            throw refused(provider, e);
        } catch (RuntimeException | LinkageError e) {
            server.discard();
            if (!BackendRegistry.isPlugin(provider)) {
                throw e;
            }
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "backend " + provider.name() + " fails when it is opened (" + e
                            + "); take another release of this plug-in, or another --backend",
                    e);
        }
    }

    /** As {@link #capture}; no lanes where filters would stay: there the options alone are tried. */
    static List<CaptureBackend> attempt(InterceptConfig config, CaptureBackendProvider provider, TunnelServer server)
            throws StartException {
        try {
            if (provider.attachedFilters(optionsFor(config, provider)).isEmpty()) {
                return capture(config, provider, server);
            }
            return List.of();
        } catch (BackendException e) {
            server.discard();
            throw refused(provider, e);
        }
    }

    /**
     * What an open backend is given to go on with.
     *
     * @param changed what a start would have; refused where that would refuse it
     * @param adopted what of it is taken now
     */
    static BackendOptions checked(InterceptConfig changed, InterceptConfig adopted, CaptureBackendProvider provider)
            throws StartException {
        try {
            if (changed.backendName().equals(adopted.backendName())) {
                optionsFor(changed, provider);
            }
            return optionsFor(adopted, provider);
        } catch (BackendException e) {
            throw refused(provider, e);
        }
    }

    private static BackendOptions optionsFor(InterceptConfig config, CaptureBackendProvider provider)
            throws BackendException {
        BackendOptions options =
                new BackendOptions(provider.options(), ConfiguredOptions.of(config, provider.options()));
        if (provider.wantsRoutes(options)) {
            refuseWithoutRoutes(config, provider);
        }
        return options;
    }

    static StartException refused(CaptureBackendProvider provider, BackendException e) {
        return new StartException(ExitCode.of(e.kind()), "backend " + provider.name() + ": " + e.getMessage(), e);
    }

    /** Has the backend learn of routes if it wants to; then what is to be asked to expire. */
    static Optional<LingeringRoutes> announceRoutes(
            List<CaptureBackend> lanes, SessionTable sessions, LongSupplier nanoClock) {
        Optional<LingeringRoutes> routes = lanes.stream()
                .findFirst()
                .flatMap(CaptureBackend::routeListener)
                .map(listener -> new LingeringRoutes(listener::onRoute, nanoClock));
        routes.ifPresent(sessions::observe);
        return routes;
    }

    /** Before anything is attached to the kernel. */
    private static void refuseWithoutRoutes(InterceptConfig config, CaptureBackendProvider provider)
            throws BackendException {
        if (config.addressTranslation() != AddressTranslation.NONE
                && !provider.options().contains(BackendOption.TRANSLATION)) {
            throw new BackendException(
                    Kind.USAGE,
                    "-D does not go with stopping only the answers of replayed sessions, which this backend compares as"
                            + " packets have them: capture where no -D is needed, or stop all answers");
        }
        if (config.protocol().anySingle()) {
            throw new BackendException(
                    Kind.USAGE,
                    "--single does not go with stopping only the answers of replayed sessions, since such a client announces"
                            + " none: leave it out, or stop all answers");
        }
    }

    static void warnIfOpenToEveryone(InterceptConfig config, InetSocketAddress listening) {
        if (config.allow().isEmpty()) {
            PublicAddress.reachableAt(listening.getAddress())
                    .ifPresent(address -> LOG.log(
                            Level.WARNING,
                            "everyone who reaches port " + listening.getPort() + " of " + address.getHostAddress()
                                    + " can claim responses; name who may connect with --allow CIDR, or bind with -b"));
        }
    }

    static String text(InetSocketAddress address) {
        return (address.getAddress().isAnyLocalAddress()
                        ? "all addresses"
                        : address.getAddress().getHostAddress()) + ", port " + address.getPort();
    }
}
