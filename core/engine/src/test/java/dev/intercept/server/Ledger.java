package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.kit.TestNetwork;
import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.stats.Statistics;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A server and one lane on loopback, with sockets that may fail, a clock moved by hand, and books that must balance. */
final class Ledger implements AutoCloseable {

    static final int MAX_TUNNELS = 1024;
    static final int MESSAGE_BYTES = 64;
    static final int SEQUENCE_OFFSET = 24;
    private static final int RECORD_BYTES = 14;
    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));
    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int TARGET_PORT = 8080;

    final AtomicLong nowNs = new AtomicLong(TimeUnit.SECONDS.toNanos(1000));
    final RecordingLogger logger = new RecordingLogger();
    final ConcurrentLinkedDeque<FaultyChannel> sockets = new ConcurrentLinkedDeque<>();
    final Counters serverCounters = new Counters();
    final Counters laneCounters = new Counters();
    final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, serverCounters);
    final TunnelServer server;
    final Interceptor interceptor;
    final Statistics statistics;
    final Thread thread;
    private long packets;

    Ledger(int tunnelBufferBytes, long seed) throws IOException {
        RateLimitedLog log = new RateLimitedLog(logger, nowNs::get);
        server = TunnelServer.bind(
                new InetSocketAddress("127.0.0.1", 0),
                new ServerLimits(MAX_TUNNELS, tunnelBufferBytes, List.of()),
                ClientProtocols.all(ProtocolOptions.DEFAULTS),
                sessions,
                serverCounters,
                log,
                nowNs::get,
                socket -> between(socket, seed));
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
                List.of(serverCounters, laneCounters), List.of(), sessions::size, () -> 0, server::waiting);
        thread = new Thread(server, "server under test");
        thread.start();
    }

    private ByteChannel between(ByteChannel socket, long seed) {
        FaultyChannel faulty = new FaultyChannel(socket, seed + sockets.size());
        sockets.add(faulty);
        return faulty;
    }

    /** A tcpcopy with the session of this client port, once its route is there. */
    Peer open(int clientPort) throws IOException {
        return open(clientPort, "127.0.0.1");
    }

    Peer open(int clientPort, String from) throws IOException {
        Peer peer = new Peer(server.address(), from);
        peer.send(Generation.V1::encodeOpening);
        add(peer, clientPort);
        await("the route", () -> isRouted(clientPort));
        return peer;
    }

    /** A tcpcopy whose route is on its way. */
    Peer begin(int clientPort) throws IOException {
        ByteBuffer records = ByteBuffer.allocate(2 * RECORD_BYTES);
        Generation.V1.encodeOpening(records);
        Generation.V1.encodeAdd(records, CLIENT, clientPort, TARGET, TARGET_PORT);
        return new Peer(server.address()).send(records.array());
    }

    static void add(Peer peer, int clientPort) throws IOException {
        peer.send(out -> Generation.V1.encodeAdd(out, CLIENT, clientPort, TARGET, TARGET_PORT));
    }

    boolean isRouted(int clientPort) {
        return sessions.find(CLIENT, clientPort, TARGET, TARGET_PORT, nowS()) != null;
    }

    Tunnel tunnelOf(Peer peer) {
        String end = ":" + peer.socket.getLocalPort();
        return server.tunnels().stream()
                .filter(tunnel -> tunnel.peer().endsWith(end))
                .findAny()
                .orElseThrow();
    }

    /** A batch of answers, numbered by their sequence. */
    void respond(int clientPort, int firstSequence, int count) {
        for (int i = 0; i < count; i++) {
            packet(new PacketBuilder().to(TestNetwork.client(1), clientPort).sequence(firstSequence + i));
        }
        endOfBatch();
    }

    void packet(PacketBuilder packet) {
        interceptor.onPacket(packet.toBuffer());
        packets++;
    }

    /** Of a real length that its header cannot say. */
    void bigPacket(ByteBuffer packet, int lengthBytes) {
        interceptor.onPacket(packet, lengthBytes);
        packets++;
        endOfBatch();
    }

    void endOfBatch() {
        interceptor.endOfBatch(nowS());
    }

    private int nowS() {
        return SessionClock.seconds(nowNs.get());
    }

    void pass(long ms) {
        nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** Reads so many messages, whose sequences must be these. */
    static void assertSequences(Peer peer, int first, int count) throws IOException {
        for (int sequence = first; sequence < first + count; ) {
            for (int left = ByteBuffer.wrap(peer.read(2)).getShort(); left > 0; left--) {
                assertEquals(
                        sequence++, ByteBuffer.wrap(peer.read(MESSAGE_BYTES)).getInt(SEQUENCE_OFFSET));
            }
        }
    }

    long count(Counter counter) {
        return statistics.get(counter);
    }

    /** Every packet once, every header that a tunnel took, every header that was parked. When no thread changes anything. */
    void assertBalances(String what) {
        assertEquals(packets, statistics.packets(), what + ", packets: " + statistics.line());
        assertEquals(
                sum(Counter.FORWARDED, Counter.FURTHER_HEADERS, Counter.UNPARKED),
                sum(
                                Counter.MESSAGES_WRITTEN,
                                Counter.UNSENT_CLOSED,
                                Counter.UNSENT_STALLED,
                                Counter.UNSENT_FAILED,
                                Counter.UNSENT_STOPPED)
                        + server.waiting(),
                what + ", headers: " + statistics.line());
        assertEquals(
                count(Counter.PARKED),
                sum(Counter.UNPARKED, Counter.UNPARKED_OVERFLOW, Counter.PARKED_EXPIRED, Counter.PARKED_EVICTED)
                        + sessions.parked(),
                what + ", parked: " + statistics.line());
    }

    private long sum(Counter... counters) {
        long sum = 0;
        for (Counter counter : counters) {
            sum += count(counter);
        }
        return sum;
    }

    List<String> lines(String part) {
        synchronized (logger) {
            return logger.lines.stream().filter(line -> line.contains(part)).toList();
        }
    }

    /** The server works on a thread of its own: looks until it has done what is asked for. */
    void await(String what, BooleanSupplier isThere) {
        try {
            Await.until(() -> what + "; log: " + lines(""), isThere::getAsBoolean);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void stop() {
        server.stop();
        await("the end of the server's thread", () -> !thread.isAlive());
    }

    @Override
    public void close() {
        stop();
    }
}
