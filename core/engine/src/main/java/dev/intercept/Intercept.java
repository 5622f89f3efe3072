package dev.intercept;

import dev.intercept.answers.TargetPicture;
import dev.intercept.capture.AnswerAddresses;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.capture.BatchMeters;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.CaptureSigns;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.StoppedPacket;
import dev.intercept.server.AllowList;
import dev.intercept.server.HostRoutes;
import dev.intercept.server.Inheritance;
import dev.intercept.server.Legacy;
import dev.intercept.server.RouteSigns;
import dev.intercept.server.Tunnel;
import dev.intercept.server.TunnelServer;
import dev.intercept.session.LingeringRoutes;
import dev.intercept.session.ParkedHeader;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.HeldSource;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.stats.Statistics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One running intercept: the composition root.
 *
 * <p>Threads: {@code capture LANE}, one per lane, polls its backend, decides verdicts and writes to tunnels; {@code tunnel
 * server} does everything else that touches sessions and tunnels; {@code statistics} reads counters and kernel statistics.
 */
public final class Intercept implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Intercept.class.getName());

    private volatile InterceptConfig config;
    private final AllowList allowList;
    private final LongSupplier nanoClock;
    private final RateLimitedLog limitedLog;
    private final BackendRegistry registry;
    private final CaptureBackendProvider provider;
    private final LiveOptions live;
    private final TunnelServer server;
    private final SessionTable sessions;
    private final Optional<LingeringRoutes> routes;
    private final Statistics statistics;
    private final List<Interceptor> interceptors = new ArrayList<>();
    private final List<CaptureLoop> loops = new ArrayList<>();
    private final List<Thread> captureThreads = new ArrayList<>();
    private final Thread serverThread;
    private final StatisticsThread statisticsThread;
    private final AtomicInteger runningLoops;
    private final CompletableFuture<ExitCode> end = new CompletableFuture<>();
    private boolean isStopped;

    private Intercept(
            InterceptConfig config,
            BackendRegistry registry,
            LongSupplier nanoClock,
            Optional<Inheritance> inheritance,
            Opening.Lanes opening)
            throws StartException {
        this.config = config;
        this.allowList = new AllowList(config.allow());
        this.nanoClock = nanoClock;
        this.registry = registry;
        limitedLog = new RateLimitedLog(LOG, nanoClock);
        Counters serverCounters = new Counters();
        sessions = new SessionTable(
                SessionLimits.of(config.tableSize(), config.maxSessions(), config.maxParked(), config.routeTimeoutS()),
                serverCounters,
                config.anyTarget());
        provider = Opening.choose(config, registry);
        live = new LiveOptions(provider);
        server = Opening.bind(config, allowList, sessions, serverCounters, limitedLog, nanoClock, inheritance);
        if (!config.targetFigures()) {
            server.signs().sampling().turnOff();
        }
        List<CaptureBackend> lanes = opening.open(config, provider, server);
        List<Counters> counters = new ArrayList<>(List.of(serverCounters));
        for (CaptureBackend lane : lanes) {
            Counters laneCounters = new Counters();
            counters.add(laneCounters);
            Interceptor interceptor =
                    Opening.interceptor(config, live, server, sessions, laneCounters, limitedLog, nanoClock);
            interceptors.add(interceptor);
            loops.add(new CaptureLoop(lane, interceptor, server.readers(), nanoClock, this::onLoopEnd));
        }
        runningLoops = new AtomicInteger(loops.size());
        statistics = new Statistics(
                counters, lanes, sessions::size, () -> server.tunnels().size(), server::waiting);
        serverThread = new Thread(server, "tunnel server");
        serverThread.setUncaughtExceptionHandler((thread, failure) -> onServerEnd(failure));
        statisticsThread = new StatisticsThread(limitedLog);
        routes = Opening.announceRoutes(lanes, sessions, nanoClock);
        routes.ifPresent(announced -> every(1, announced::expire));
    }

    /**
     * Starts intercept. When this returns it listens for tcpcopy and captures responses.
     *
     * @throws StartException with the exit code and one line for the user; nothing is left open
     */
    public static Intercept start(InterceptConfig config) throws StartException {
        return start(config, System::nanoTime);
    }

    /**
     * As {@link #start(InterceptConfig)}, with a clock of the caller's: nanoseconds that only go forward. A clock that runs
     * faster than time makes everything that waits for seconds wait less.
     */
    public static Intercept start(InterceptConfig config, LongSupplier nanoClock) throws StartException {
        return start(config, BackendRegistry.load(config.pluginPath()), nanoClock);
    }

    /** As {@link #start(InterceptConfig, LongSupplier)}, with backends that are loaded already. */
    public static Intercept start(InterceptConfig config, BackendRegistry registry, LongSupplier nanoClock)
            throws StartException {
        return start(config, registry, nanoClock, needed -> {}, address -> HostRoutes.UNTOUCHED, Optional.empty());
    }

    /**
     * As {@link #start(InterceptConfig, BackendRegistry, LongSupplier)}, with a step in between.
     *
     * @param onceOpen done when port and backend are open and no thread that works with them runs: the place to give up
     *     privileges. It may change the calling thread's, since the threads of intercept are started by that one.
     * @param hostRoutes what is done to the host's routes for tunnels to this address; asked after {@code onceOpen}
     * @param arrival what an intercept that left is gone on with
     */
    public static Intercept start(
            InterceptConfig config,
            BackendRegistry registry,
            LongSupplier nanoClock,
            StartStep onceOpen,
            Function<InetSocketAddress, HostRoutes> hostRoutes,
            Optional<Arrival> arrival)
            throws StartException {
        Rehearsal rehearsal = Rehearsal.begin(config.protocol(), Rehearsal.PACKETS);
        Optional<Inheritance> inheritance = arrival.map(Arrival::inheritance);
        Intercept intercept = new Intercept(config, registry, nanoClock, inheritance, Opening.lanes(arrival));
        rehearsal.awaitEnd();
        try {
            onceOpen.run(intercept.provider.capability());
        } catch (StartException e) {
            intercept.discard();
            throw e;
        }
        if (config.quickackRoutes()) {
            intercept.server.adapt(hostRoutes.apply(intercept.address()));
        }
        inheritance.ifPresent(from -> Opening.inherit(from, intercept.server, intercept.routes));
        intercept.startThreads();
        return intercept;
    }

    /** Opens the port and the backend as a start does, and closes them again; but no backend whose filters would stay. */
    public static void attempt(InterceptConfig config, BackendRegistry registry) throws StartException {
        new Intercept(config, registry, System::nanoTime, Optional.empty(), Opening::attempt).discard();
    }

    private void discard() {
        loops.forEach(loop -> loop.backend().close());
        server.discard();
    }

    private void startThreads() {
        Opening.warnIfOpenToEveryone(config, address());
        serverThread.start();
        for (CaptureLoop loop : loops) {
            Thread thread = new Thread(loop, "capture " + loop.backend().lane());
            captureThreads.add(thread);
            thread.start();
        }
        every(config.statsIntervalS(), () -> LOG.log(Level.INFO, line()));
        Opening.logCapture(address(), provider, loops);
    }

    /** Has a task done every so many seconds by the statistics thread, until {@link #stop}. It must not wait; one that fails is done again. */
    public void every(int seconds, Runnable task) {
        statisticsThread.every(seconds, task);
    }

    private void onLoopEnd(CaptureLoop loop, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(Level.ERROR, loop.backend().lane() + " cannot go on: " + failure.getMessage());
            end.complete(ThreadEnds.exitCode(failure));
        } else if (runningLoops.decrementAndGet() == 0) {
            end.complete(ExitCode.OK);
        }
    }

    /** Without its server intercept would drop every answer and forward none: better to end, and be started again. */
    private void onServerEnd(@Nullable Throwable failure) {
        LOG.log(Level.ERROR, "the tunnel server cannot go on: " + failure, failure);
        end.complete(ExitCode.SOFTWARE);
    }

    /**
     * Takes what of a configuration {@link LiveOptions} names from now on. Any thread.
     *
     * @throws StartException when the backend could not be opened with it, or does not take it; nothing is changed
     */
    public synchronized void adopt(InterceptConfig changed) throws StartException {
        InterceptConfig adopted = config.adopting(changed, live);
        BackendOptions options = Opening.checked(changed, adopted, provider);
        try {
            // First: a client that is answered by other addresses goes on, and the backend is to stop what comes then.
            loops.get(0).backend().adopt(options);
        } catch (BackendException e) {
            throw Opening.refused(provider, e);
        }
        config = adopted;
        AnswerAddresses addresses = AnswerAddresses.of(live.passedHere(config), config.addressTranslation());
        interceptors.forEach(interceptor -> interceptor.use(addresses));
        allowList.set(config.allow());
    }

    /** What {@link #adopt} takes. */
    public LiveOptions liveOptions() {
        return live;
    }

    /** Where tcpcopy connects to, with the real port. */
    public InetSocketAddress address() {
        return server.address();
    }

    public Statistics statistics() {
        return statistics;
    }

    /** The line of the statistics and of the target's figures. */
    public String line() {
        return statistics.line() + target().line();
    }

    /** How batches went, of each lane in the order of {@link Statistics#lanes}. Any thread may read. */
    public List<BatchMeters> meters() {
        return interceptors.stream().map(Interceptor::meters).toList();
    }

    /** Whether capture goes on: false once it was stopped, has failed, or a capture file has ended. */
    public boolean isCapturing() {
        return !end.isDone();
    }

    /** How long the thread of a lane or the server has been at one round, in ns: the longest; some 100 ms, unless one hangs. */
    public long longestRoundNs() {
        long longestNs = loops.stream().mapToLong(CaptureLoop::roundNs).max().orElse(0);
        return Math.max(server.roundNs(), longestNs);
    }

    /** How it was started, with what it has adopted since. */
    public InterceptConfig config() {
        return config;
    }

    /** The backends of this installation. */
    public BackendRegistry registry() {
        return registry;
    }

    /** Nanoseconds that only go forward; what this intercept's time-outs are measured with. */
    public LongSupplier nanoClock() {
        return nanoClock;
    }

    /** What each lane noticed in the answers, in the order of {@link Statistics#lanes}. */
    public List<CaptureSigns> captureSigns() {
        return interceptors.stream().map(Interceptor::signs).toList();
    }

    /** What was seen of the test server up to now. Any thread. */
    public TargetPicture target() {
        return TargetPicture.of(
                routeSigns().sampling(),
                interceptors.stream().map(Interceptor::answers).toList());
    }

    /** Some of the latest packets that were stopped, of all lanes. */
    public List<StoppedPacket> latestStopped() {
        return interceptors.stream()
                .flatMap(interceptor -> interceptor.latestStopped().list().stream())
                .toList();
    }

    /** The latest headers that wait for their route, at most so many. */
    public List<ParkedHeader> latestParked(int most) {
        return sessions.latestParked(most);
    }

    /** Of the sessions that expired and were answered later: the longest time without a response or an ADD, in seconds. */
    public int longestExpiredIdleS() {
        return sessions.longestExpiredIdleS();
    }

    /** What was noticed in the routes that clients add. */
    public RouteSigns routeSigns() {
        return server.signs();
    }

    public Collection<Tunnel> tunnels() {
        return server.tunnels();
    }

    /** The name of the backend in use. */
    public String backendName() {
        return provider.name();
    }

    /**
     * Waits until capture has ended: stopped, at the end of a capture file, or failed.
     *
     * @return OK, or why capture cannot go on
     */
    public ExitCode awaitEnd() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw new AssertionError("never completed with an exception", e);
        }
    }

    /**
     * Stops in order: each lane sends the verdicts and headers of the batch it is in, then the tunnels are flushed and
     * closed, then the final statistics are logged. Stopping again does nothing. Takes some 100 ms, at most a few seconds.
     */
    public synchronized void stop() {
        if (isStopped) {
            return;
        }
        int openTunnels = server.tunnels().size();
        if (openTunnels > 0) {
            LOG.log(
                    Level.WARNING,
                    openTunnels + " tunnels are still open: stop tcpcopy before intercept, or it loses its sessions");
        }
        endThreads(CaptureLoop::stop, server::stop);
        LOG.log(Level.INFO, "final " + line());
    }

    /**
     * Stops in the same order, but leaves the sockets, the sessions and the packet source open: another process is about to take this
     * one's place. From then on {@link #awaitEnd} waits until {@link #left}.
     *
     * @return empty when it is stopped already
     */
    public synchronized Optional<Departure> leave() {
        if (isStopped) {
            return Optional.empty();
        }
        endThreads(CaptureLoop::leave, server::leave);
        List<HeldSource> sources =
                loops.stream().flatMap(loop -> loop.backend().held().stream()).toList();
        Legacy legacy = server.legacy(statistics::get).and(out -> LingeringRoutes.save(routes, out));
        return Optional.of(new Departure(legacy, sources));
    }

    /** After {@link #leave}: this process is to end, without closing what it has left. */
    public void left() {
        end.complete(ExitCode.OK);
    }

    private void endThreads(Consumer<CaptureLoop> loopEnd, Runnable serverEnd) {
        isStopped = true;
        statisticsThread.stop();
        loops.forEach(loopEnd);
        captureThreads.forEach(ThreadEnds::await);
        serverEnd.run();
        ThreadEnds.await(serverThread);
    }

    @Override
    public void close() {
        stop();
    }
}
