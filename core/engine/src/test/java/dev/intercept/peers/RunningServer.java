package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.kit.Await;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.server.ClientProtocols;
import dev.intercept.server.ServerLimits;
import dev.intercept.server.TunnelServer;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.spi.Verdict;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.stats.Statistics;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * All of intercept but the capture backend, on a free port of loopback: a tunnel server on a thread of its own, and an
 * interceptor that the test's thread hands packets to.
 */
final class RunningServer implements AutoCloseable {

    static final ServerLimits LIMITS = new ServerLimits(1024, 4 << 20, List.of());

    final RecordingLogger logger = new RecordingLogger();
    final Counters serverCounters = new Counters();
    final Counters laneCounters = new Counters();
    final SessionTable sessions;
    final TunnelServer server;
    final Interceptor interceptor;
    final Statistics statistics;
    final Thread thread;

    private final long startNs = System.nanoTime();
    private final int speed;
    private final AtomicLong movedNs = new AtomicLong();
    private volatile Throwable death;

    RunningServer(ProtocolOptions protocol) throws IOException {
        this(LIMITS, SessionLimits.DEFAULTS, protocol);
    }

    /** One whose time stands still but for {@link #pass}. */
    static RunningServer withoutTime(ClientProtocols protocols) throws IOException {
        return new RunningServer(LIMITS, SessionLimits.DEFAULTS, protocols, 0);
    }

    RunningServer(ServerLimits limits, SessionLimits sessionLimits, ProtocolOptions protocol) throws IOException {
        this(limits, sessionLimits, protocol, 1);
    }

    /** @param speed so many of intercept's seconds pass in one */
    RunningServer(ServerLimits limits, SessionLimits sessionLimits, ProtocolOptions protocol, int speed)
            throws IOException {
        this(limits, sessionLimits, ClientProtocols.all(protocol), speed);
    }

    private RunningServer(ServerLimits limits, SessionLimits sessionLimits, ClientProtocols protocols, int speed)
            throws IOException {
        this.speed = speed;
        RateLimitedLog log = new RateLimitedLog(logger, this::nowNs);
        sessions = new SessionTable(sessionLimits, serverCounters);
        InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
        server = TunnelServer.bind(anyPort, limits, protocols, sessions, serverCounters, log, this::nowNs);
        interceptor = new Interceptor(
                new PassList(List.of()),
                sessions,
                server.unroutedResponses(),
                AddressTranslation.NONE,
                laneCounters,
                log,
                new AnswerMeter(new Sampling(), System::nanoTime),
                nowS());
        statistics = new Statistics(
                List.of(serverCounters, laneCounters),
                List.of(),
                sessions::size,
                () -> server.tunnels().size(),
                server::waiting);
        thread = new Thread(server, "server under test");
        thread.setUncaughtExceptionHandler((dead, cause) -> death = cause);
        thread.start();
    }

    InetSocketAddress address() {
        return server.address();
    }

    Verdict onPacket(ByteBuffer packet) {
        return interceptor.onPacket(packet);
    }

    void endOfBatch() {
        interceptor.endOfBatch(nowS());
    }

    long count(Counter counter) {
        return statistics.get(counter);
    }

    /** Lets time pass that nobody has to wait for. */
    void pass(int seconds) {
        movedNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Since its start, of its own. */
    long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(nowNs() - startNs);
    }

    long nowNs() {
        return startNs + (System.nanoTime() - startNs) * speed + movedNs.get();
    }

    private int nowS() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nowNs());
    }

    /** The server works on a thread of its own: looks until it has done what is asked for. */
    void await(String what, BooleanSupplier isThere) {
        try {
            Await.until(() -> what + "; log: " + lines(""), isThere::getAsBoolean);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    List<String> lines(String part) {
        synchronized (logger) {
            return logger.lines.stream().filter(line -> line.contains(part)).toList();
        }
    }

    /** Stops the server, which offers the tunnels what waits for them and closes them. */
    void stop() {
        server.stop();
        await("the end of the server's thread", () -> !thread.isAlive());
        assertNull(death, "the server's thread ended by itself");
    }

    @Override
    public void close() {
        stop();
    }
}
