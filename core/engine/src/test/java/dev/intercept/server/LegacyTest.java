package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two servers after each other on the same sockets, and what the second one knows. Time is moved by hand. */
class LegacyTest {

    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));
    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int PORT = 8080;
    private static final int TUNNEL_BYTES = 16 << 20;
    private static final int SEQUENCE_OFFSET = 24;

    private final AtomicLong nowNs = new AtomicLong(TimeUnit.SECONDS.toNanos(1000));
    private final List<Life> lives = new ArrayList<>();

    /** One server with its table. */
    private final class Life {
        final Counters counters = new Counters();
        final RecordingLogger logger = new RecordingLogger();
        final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, counters);
        final TunnelServer server;
        final Thread thread;

        Life(ProtocolOptions protocol, Optional<Inheritance> inheritance) throws IOException {
            ServerLimits limits = new ServerLimits(64, TUNNEL_BYTES, List.of());
            ClientProtocols protocols = ClientProtocols.all(protocol);
            RateLimitedLog log = new RateLimitedLog(logger, nowNs::get);
            server = inheritance.isPresent()
                    ? TunnelServer.on(
                            inheritance.get().listener(), limits, protocols, sessions, counters, log, nowNs::get)
                    : TunnelServer.bind(
                            new InetSocketAddress("127.0.0.1", 0),
                            limits,
                            protocols,
                            sessions,
                            counters,
                            log,
                            nowNs::get);
            inheritance.ifPresent(server::inherit);
            thread = new Thread(server, "server under test");
            thread.start();
            lives.add(this);
        }

        Outlet find(int clientPort, int targetPort) {
            return sessions.find(CLIENT, clientPort, TARGET, targetPort, nowS());
        }

        /** An answer of the target, whose route is awaited. */
        void answer(int clientPort, int sequence) {
            answers(clientPort, sequence, 1);
        }

        void answers(int clientPort, int firstSequence, int count) {
            await("the route of port " + clientPort, () -> find(clientPort, PORT) != null);
            Outlet route = find(clientPort, PORT);
            ResponsePacket packet = new ResponsePacket();
            for (int sequence = firstSequence; sequence < firstSequence + count; sequence++) {
                packet.wrap(response(clientPort, sequence).toBuffer());
                assertTrue(route.forward(packet), "room for header " + sequence);
                counters.increment(Counter.FORWARDED);
            }
            route.flush(counters);
        }

        void end() throws InterruptedException {
            server.stop();
            thread.join();
        }

        private List<String> lines() {
            synchronized (logger) {
                return List.copyOf(logger.lines);
            }
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Life life : lives) {
            life.end();
        }
    }

    static List<Generation> generations() {
        return Generation.all();
    }

    @ParameterizedTest
    @MethodSource("generations")
    void shouldGoOnInTheMiddleOfARecordOfEveryGeneration(Generation generation) throws Exception {
        ProtocolOptions options = options(generation);
        Life first = new Life(options, Optional.empty());
        try (Peer tcpcopy = new Peer(first.server.address())) {
            tcpcopy.send(generation::encodeOpening);
            tcpcopy.send(out -> add(generation, out, 1));
            first.answer(1, 1);
            assertMessage(first, tcpcopy, 1);
            byte[] record = record(generation, 2);
            tcpcopy.send(Arrays.copyOf(record, 5));
            awaitReadBy(first, tcpcopy);
            Life second = next(first, ProtocolOptions.DEFAULTS);
            tcpcopy.send(Arrays.copyOfRange(record, 5, record.length));
            second.answer(1, 2);
            second.answer(2, 3);
            assertMessage(second, tcpcopy, 2);
            assertMessage(second, tcpcopy, 3);
            assertEquals(3, second.counters.get(Counter.FORWARDED));
            await(
                    "what is counted after it was done",
                    () -> second.counters.get(Counter.MESSAGES_WRITTEN) == 3
                            && second.counters.get(Counter.ROUTES_ADDED) == 2);
            assertEquals(3, tunnel(second).forwarded());
            assertEquals(
                    first.counters.get(Counter.TUNNELS_OPENED),
                    second.counters.get(Counter.TUNNELS_OPENED),
                    "it is no new tunnel");
        }
    }

    @Test
    void shouldSendWhatWaitedInItsOrderAndLoseNothing() throws Exception {
        Life first = new Life(ProtocolOptions.DEFAULTS, Optional.empty());
        try (Socket tcpcopy = new Socket()) {
            tcpcopy.setReceiveBufferSize(
                    4096); // Of a fixed size, so that the kernel takes no more once it took enough.
            tcpcopy.connect(
                    new InetSocketAddress("127.0.0.1", first.server.address().getPort()));
            ByteBuffer records = ByteBuffer.allocate(2 * Generation.V1.recordBytes());
            Generation.V1.encodeOpening(records);
            add(Generation.V1, records, 1);
            tcpcopy.getOutputStream().write(records.array());
            int sent = 0;
            do {
                first.answers(1, sent, 1000);
                sent += 1000;
            } while (first.server.waiting() < 10_000);
            Life second = next(first, ProtocolOptions.DEFAULTS);
            assertTrue(second.server.waiting() > 0, "the socket is still full");
            second.answers(1, sent++, 1);
            DataInputStream in = new DataInputStream(new BufferedInputStream(tcpcopy.getInputStream()));
            for (int seen = 0; seen < sent; ) {
                for (int left = in.readShort(); left > 0; left--) {
                    assertEquals(seen++, ByteBuffer.wrap(in.readNBytes(64)).getInt(SEQUENCE_OFFSET));
                }
            }
            long all = sent;
            await("the last count", () -> second.counters.get(Counter.MESSAGES_WRITTEN) == all);
            assertEquals(sent, second.counters.get(Counter.FORWARDED));
            assertEquals(0, second.server.waiting());
        }
    }

    @Test
    void shouldKeepSessionsWithTheirAge() throws Exception {
        Life first = new Life(ProtocolOptions.DEFAULTS, Optional.empty());
        try (Peer tcpcopy = new Peer(first.server.address())) {
            tcpcopy.send(Generation.V1::encodeOpening);
            tcpcopy.send(out -> IntStream.rangeClosed(1, 5000).forEach(port -> add(Generation.V1, out, port)));
            await("the sessions", () -> first.sessions.size() == 5000);
            first.answer(77, 1);
            first.answer(78, 2);
            Life second = next(first, ProtocolOptions.DEFAULTS);
            assertEquals(5000, second.sessions.size());
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(SessionLimits.DEFAULTS.routeTimeoutS() - 2));
            second.answer(77, 3);
            Life third = next(second, ProtocolOptions.DEFAULTS);
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(3));
            assertNotNull(third.find(77, PORT), "a session that was answered lately");
            assertEquals(null, third.find(78, PORT), "a session that has expired");
        }
    }

    @Test
    void shouldKeepAHeaderThatWaitsForItsRoute() throws Exception {
        Life first = new Life(ProtocolOptions.DEFAULTS, Optional.empty());
        try (Peer tcpcopy = new Peer(first.server.address())) {
            tcpcopy.send(Generation.V1::encodeOpening);
            await("the tunnel", () -> first.server.tunnels().size() == 1);
            ResponsePacket packet = new ResponsePacket();
            packet.wrap(response(9, 42).flags(0x12).toBuffer());
            assertEquals(null, first.sessions.findOrPark(packet, nowS(), first.counters));
            Life second = next(first, ProtocolOptions.DEFAULTS);
            assertEquals(1, second.sessions.parked());
            tcpcopy.send(out -> add(Generation.V1, out, 9));
            assertMessage(second, tcpcopy, 42);
            assertEquals(1, second.counters.get(Counter.UNPARKED));
        }
    }

    @Test
    void shouldKeepTheNumbersOfTunnelsAndTheGroupOfASingleClient() throws Exception {
        ProtocolOptions single =
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, Optional.of(Generation.V0_9));
        Life first = new Life(single, Optional.empty());
        try (Peer one = new Peer(first.server.address());
                Peer two = new Peer(first.server.address())) {
            await(
                    "both in the group, after which they are logged",
                    () -> first.lines().stream()
                                    .filter(line -> line.contains(": tcpcopy "))
                                    .count()
                            == 2);
            ResponsePacket response = new ResponsePacket();
            response.wrap(response(5, 1).toBuffer());
            Tunnel before = (Tunnel) first.server.unroutedResponses().outletFor(response);
            Life second = next(first, single);
            Tunnel after = (Tunnel) second.server.unroutedResponses().outletFor(response);
            assertEquals(
                    Objects.requireNonNull(before).toString(),
                    Objects.requireNonNull(after).toString());
            try (Peer three = new Peer(second.server.address())) {
                await("the third", () -> second.server.tunnels().size() == 3);
                assertTrue(second.server.tunnels().stream().anyMatch(tunnel -> tunnel.number() == 3));
                assertFalse(one.socket.isClosed() || two.socket.isClosed() || three.socket.isClosed());
            }
        }
    }

    @Test
    void shouldCloseTheTunnelsWhereWhatWasLeftCannotBeRead() throws Exception {
        Life first = new Life(ProtocolOptions.DEFAULTS, Optional.empty());
        try (Peer tcpcopy = new Peer(first.server.address())) {
            tcpcopy.send(Generation.V1::encodeOpening);
            tcpcopy.send(out -> add(Generation.V1, out, 1));
            await("the session", () -> first.sessions.size() == 1);
            Legacy legacy = leave(first);
            byte[] state = state(legacy);
            byte[] torn = Arrays.copyOf(state, state.length / 2);
            Life second = new Life(ProtocolOptions.DEFAULTS, Optional.of(inheritance(legacy, torn)));
            assertTrue(tcpcopy.isEndedByServer());
            assertEquals(List.of(), List.copyOf(second.server.tunnels()));
            try (Peer later = new Peer(second.server.address())) {
                later.send(Generation.V1::encodeOpening);
                await("a new tunnel", () -> second.server.readers().areConnected());
            }
        }
    }

    private Life next(Life before, ProtocolOptions protocol) throws Exception {
        Legacy legacy = leave(before);
        Life next = new Life(protocol, Optional.of(inheritance(legacy, state(legacy))));
        assertEquals(List.of(), next.lines(), "nothing went wrong");
        return next;
    }

    private static Legacy leave(Life life) throws InterruptedException {
        life.server.leave();
        life.thread.join();
        return life.server.legacy(life.counters::get);
    }

    private static byte[] state(Legacy legacy) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        legacy.state().writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static Inheritance inheritance(Legacy legacy, byte[] state) {
        return new Inheritance(
                legacy.listener(), legacy.tunnels(), new DataInputStream(new ByteArrayInputStream(state)));
    }

    private static ProtocolOptions options(Generation generation) {
        return new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Optional.of(generation));
    }

    private static void add(Generation generation, ByteBuffer out, int clientPort) {
        generation.encodeAdd(out, CLIENT, clientPort, TARGET, PORT);
    }

    private static byte[] record(Generation generation, int clientPort) {
        ByteBuffer out = ByteBuffer.allocate(generation.recordBytes());
        add(generation, out, clientPort);
        return out.array();
    }

    private static Tunnel tunnel(Life life) {
        return life.server.tunnels().iterator().next();
    }

    /** The message alone, or in a batch of its own. */
    private static void assertMessage(Life life, Peer tcpcopy, int sequence) throws IOException {
        TunnelFormat format = Objects.requireNonNull(tunnel(life).format());
        if (format.combined()) {
            assertArrayEquals(new byte[] {0, 1}, tcpcopy.read(2));
        }
        assertEquals(
                sequence, ByteBuffer.wrap(tcpcopy.read(format.messageBytes())).getInt(SEQUENCE_OFFSET));
    }

    /** Another tunnel's session is there only once what this one sent before was read. */
    private static void awaitReadBy(Life life, Peer tcpcopy) throws IOException {
        int before = life.sessions.size();
        try (Peer other = new Peer(life.server.address())) {
            await("the other tunnel", () -> life.server.tunnels().size() == 2);
            assertEquals(before, life.sessions.size());
            assertFalse(other.socket.isClosed());
        }
        await("the end of the other tunnel", () -> life.server.tunnels().size() == 1);
        assertFalse(tcpcopy.socket.isClosed());
    }

    private static PacketBuilder response(int clientPort, int sequence) {
        return new PacketBuilder().to(TestNetwork.client(1), clientPort).sequence(sequence);
    }

    private int nowS() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nowNs.get());
    }

    private static void await(String what, Callable<Boolean> isThere) {
        try {
            Await.until(what, isThere::call);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
