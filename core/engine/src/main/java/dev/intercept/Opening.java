package dev.intercept;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.net.ListenFailure;
import dev.intercept.net.PublicAddress;
import dev.intercept.server.AllowList;
import dev.intercept.server.Inheritance;
import dev.intercept.server.ServerLimits;
import dev.intercept.server.TunnelServer;
import dev.intercept.session.LingeringRoutes;
import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionTable;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.Host;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Opens what intercept needs of the system, the port before the queue, and reports to the user why when it cannot. */
public final class Opening {

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
            LongSupplier nanoClock,
            Optional<Inheritance> inheritance)
            throws StartException {
        int inherited = inheritance.map(from -> from.tunnels().size()).orElse(0);
        ServerLimits limits = new ServerLimits(
                OpenFiles.tunnels(config.maxTunnels(), inherited),
                config.tunnelBufferBytes(),
                allowList,
                config.keepalive());
        InetSocketAddress address = config.bindAddress()
                .map(ip -> new InetSocketAddress(ip, config.port()))
                .orElseGet(() -> new InetSocketAddress(config.port()));
        try {
            if (inheritance.isPresent()) {
                ServerSocketChannel listener = inheritance.get().listener();
                if (isFor(address, (InetSocketAddress) listener.getLocalAddress())) {
                    return TunnelServer.on(
                            listener, limits, config.protocol(), sessions, counters, limitedLog, nanoClock);
                }
                listener.close();
            }
            return TunnelServer.bind(address, limits, config.protocol(), sessions, counters, limitedLog, nanoClock);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.OS_REFUSED,
                    "cannot listen on " + text(address) + ": " + ListenFailure.text(address, e, "-b", "-p"),
                    e);
        }
    }

    private static boolean isFor(InetSocketAddress wanted, InetSocketAddress listening) {
        boolean isAddress = wanted.getAddress().isAnyLocalAddress()
                ? listening.getAddress().isAnyLocalAddress()
                : wanted.getAddress().equals(listening.getAddress());
        return isAddress && (wanted.getPort() == 0 || wanted.getPort() == listening.getPort());
    }

    /** Those that a start opens, which goes on with what arrived. */
    static Lanes lanes(Optional<Arrival> arrival) {
        return (config, provider, server) -> capture(config, provider, server, arrival.map(Arrival::sources));
    }

    /** The packet source's lanes; when it cannot be opened, {@code server} listens no longer. */
    private static List<CaptureBackend> capture(
            InterceptConfig config,
            CaptureBackendProvider provider,
            TunnelServer server,
            Optional<List<HeldSource>> held)
            throws StartException {
        try {
            BackendOptions options = optionsFor(config, provider);
            return held.isPresent() ? provider.open(options, held.get()) : provider.open(options);
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
                return capture(config, provider, server, Optional.empty());
            }
            return List.of();
        } catch (BackendException e) {
            server.discard();
            throw refused(provider, e);
        }
    }

    /** What decides the packets of one lane. */
    static Interceptor interceptor(
            InterceptConfig config,
            LiveOptions live,
            TunnelServer server,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog limitedLog,
            LongSupplier nanoClock) {
        AnswerMeter meter = new AnswerMeter(
                server.signs().sampling(), nanoClock, config.protocol().anyPayload());
        return new Interceptor(
                new PassList(live.passedHere(config)),
                sessions,
                server.unroutedResponses(),
                config.addressTranslation(),
                counters,
                limitedLog,
                meter,
                SessionClock.seconds(nanoClock.getAsLong()));
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

    /** As a start, but nothing is opened: the backend reads its options, as where they are only looked at. */
    public static void examine(InterceptConfig config, BackendRegistry registry, Host host) throws StartException {
        CaptureBackendProvider provider = choose(config, registry);
        try {
            BackendOptions options = optionsFor(config, provider);
            provider.check(host, options);
            provider.rules(options);
        } catch (BackendException e) {
            throw refused(provider, e);
        }
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

    /** Goes on with tunnels and sessions, and with routes that the backend before was to keep still. */
    static void inherit(Inheritance inheritance, TunnelServer server, Optional<LingeringRoutes> routes) {
        if (server.inherit(inheritance) && routes.isPresent()) {
            try {
                routes.get().restore(inheritance.state());
            } catch (IOException e) {
                LOG.log(Level.WARNING, "routes of sessions that have ended cannot be read, and stay: " + e);
            }
        }
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

    static void logCapture(InetSocketAddress listening, CaptureBackendProvider provider, List<CaptureLoop> loops) {
        List<String> lanes = loops.stream().map(loop -> loop.backend().lane()).toList();
        LOG.log(
                Level.INFO,
                "listening on " + text(listening) + ", capturing with " + provider.name() + " ("
                        + String.join(", ", lanes) + ")");
    }

    static String text(InetSocketAddress address) {
        return (address.getAddress().isAnyLocalAddress()
                        ? "all addresses"
                        : address.getAddress().getHostAddress()) + ", port " + address.getPort();
    }
}
