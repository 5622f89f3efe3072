package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server over real sockets on loopback. Time-outs are moved by hand. */
class TunnelServerTest {

    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));
    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int PORT = 8080;
    private static final int MESSAGE_BYTES = 64;

    private final AtomicLong nowNs = new AtomicLong(TimeUnit.SECONDS.toNanos(1000));
    private final Counters counters = new Counters();
    private final RecordingLogger logger = new RecordingLogger();
    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, counters);
    private final List<Thread> threads = new ArrayList<>();
    private TunnelServer server;

    @AfterEach
    void stopServer() throws InterruptedException {
        server.stop();
        for (Thread thread : threads) {
            thread.join(5000);
            assertFalse(thread.isAlive(), "the server thread ends when stopped");
        }
    }

    @Test
    void shouldSendAResponsesHeaderToTheTunnelThatAddedItsRoute() throws IOException {
        start(limits(4));
        try (Peer tcpcopy = open();
                Peer other = open()) {
            tcpcopy.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10000, TARGET, PORT));
            other.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10001, TARGET, PORT));
            forward(10000);
            byte[] batch = tcpcopy.read(2 + MESSAGE_BYTES);
            assertEquals(1, ByteBuffer.wrap(batch).getShort());
            assertArrayEquals(response(10000).build(), Arrays.copyOfRange(batch, 2, 2 + 40));
            assertEquals(0, other.socket.getInputStream().available());
        }
    }

    @Test
    void shouldSendAParkedHeaderWhenItsRouteArrives() throws IOException {
        start(limits(4));
        ResponsePacket synAck = new ResponsePacket();
        synAck.wrap(response(10000).flags(PacketBuilder.SYN | PacketBuilder.ACK).toBuffer());
        assertNull(sessions.findOrPark(synAck, nowS(), new Counters()));
        try (Peer tcpcopy = open()) {
            tcpcopy.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10000, TARGET, PORT));
            assertEquals(PacketBuilder.SYN | PacketBuilder.ACK, tcpcopy.read(2 + MESSAGE_BYTES)[2 + 20 + 13]);
        }
    }

    @Test
    void shouldTakeRecordsOneByteAtATime() throws IOException {
        start(limits(4));
        try (Peer tcpcopy = new Peer(server.address())) {
            ByteBuffer records = ByteBuffer.allocate(28);
            Generation.V1.encodeOpening(records);
            Generation.V1.encodeAdd(records, CLIENT, 10000, TARGET, PORT);
            for (byte each : records.array()) {
                tcpcopy.send(each);
            }
            forward(10000);
            tcpcopy.read(2 + MESSAGE_BYTES);
        }
    }

    @Test
    void shouldEndTheSessionsOfATunnelWithIt() throws IOException {
        start(limits(4));
        try (Peer tcpcopy = open()) {
            tcpcopy.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10000, TARGET, PORT));
            await("the route", () -> find(10000) != null);
        }
        await("the end of the session", () -> find(10000) == null);
        assertEquals(1, counters.get(Counter.TUNNELS_CLOSED));
    }

    @Test
    void shouldEndASessionWhenItsClientDeletesItAsFarAsItsGenerationMeansThat() throws IOException {
        start(limits(4));
        for (Generation generation : List.of(Generation.V0_6, Generation.V0_7, Generation.OPENING_3, Generation.V1)) {
            try (Peer tcpcopy = new Peer(server.address()).send(generation::encodeOpening)) {
                tcpcopy.send(out -> {
                    generation.encodeAdd(out, CLIENT, 10000, TARGET, PORT);
                    generation.encodeDelete(out, CLIENT, 10000, TARGET, PORT);
                    generation.encodeAdd(out, CLIENT, 10001, TARGET, PORT);
                });
                await("the records", () -> find(10001) != null);
                assertEquals(generation.honoursDelete(), find(10000) == null, generation.name());
            }
            await("the end of the sessions", () -> find(10001) == null);
        }
        assertEquals(2, counters.get(Counter.ROUTES_DELETED));
    }

    @Test
    void shouldCloseAPeerThatIsNoTcpcopyAndNameIt() throws IOException {
        start(limits(4));
        try (Peer browser = new Peer(server.address())) {
            browser.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(browser.isEndedByServer());
        }
        await("the log line", () -> lines("WARNING tunnel 1 from 127.0.0.1:").size() == 1);
        assertEquals(1, counters.get(Counter.BAD_RECORDS));
    }

    @Test
    void shouldCloseAPeerWhoseFirstRecordStaysIncompleteForTenSeconds() throws IOException {
        start(limits(4));
        try (Peer slow = new Peer(server.address());
                Peer silent = new Peer(server.address())) {
            slow.send((byte) 0, (byte) 0, (byte) 0);
            await("both connections", () -> server.tunnels().size() == 2);
            await("the bytes", () -> {
                nowNs.addAndGet(TimeUnit.SECONDS.toNanos(11));
                return server.tunnels().size() == 1;
            });
            assertTrue(slow.isEndedByServer());
            assertEquals(0, silent.socket.getInputStream().available());
            assertEquals(1, counters.get(Counter.BAD_RECORDS));
        }
    }

    @Test
    void shouldRefuseMoreTunnelsThanAllowed() throws IOException {
        start(limits(1));
        try (Peer first = open();
                Peer second = new Peer(server.address())) {
            assertTrue(second.isEndedByServer());
            assertEquals(1, counters.get(Counter.TUNNELS_REFUSED));
            assertEquals(1, server.tunnels().size());
            await(
                    "the log line",
                    () -> lines("WARNING connection from 127.0.0.1:").size() == 1);
            assertTrue(lines("WARNING connection from").get(0).endsWith(" refused: --max-tunnels 1 are open"));
            assertFalse(first.socket.isClosed());
        }
    }

    @Test
    void shouldRefuseWhoIsNotAllowed() throws IOException {
        start(new ServerLimits(4, 1 << 20, List.of(Cidr.parse("198.51.100.0/24"))));
        try (Peer stranger = new Peer(server.address())) {
            assertTrue(stranger.isEndedByServer());
        }
        assertEquals(1, counters.get(Counter.TUNNELS_REFUSED));
        await("the log line", () -> lines("WARNING connection from 127.0.0.1:").size() == 1);
        assertTrue(lines("WARNING connection from").get(0).endsWith(" refused: not in --allow"));
    }

    @Test
    void shouldDropWholeMessagesWhenAClientDoesNotReadAndCloseItAfterThirtySeconds() throws IOException {
        start(new ServerLimits(4, 64 * 1024, List.of()));
        try (Peer stuck = open()) {
            stuck.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10000, TARGET, PORT));
            await("the route", () -> find(10000) != null);
            ResponsePacket packet = new ResponsePacket();
            packet.wrap(response(10000).toBuffer());
            Outlet tunnel = find(10000);
            long sent = 0;
            while (tunnel.forward(packet)) {
                tunnel.flush(new Counters());
                sent++;
                assertTrue(sent < 1_000_000, "the buffers of socket and tunnel are bounded");
            }
            Tunnel full = server.tunnels().iterator().next();
            assertTrue(full.pendingBytes() <= 64 * 1024);
            assertEquals(1, full.overflowed());
            assertEquals(sent, full.forwarded());

            assertWholeMessages(stuck, sent);
            assertTrue(tunnel.forward(packet), "there is room again");
        }
    }

    @Test
    void shouldCloseATunnelThatTakesNothingForThirtySeconds() throws IOException {
        start(new ServerLimits(4, 64 * 1024, List.of()));
        try (Peer stuck = open()) {
            stuck.send(out -> Generation.V1.encodeAdd(out, CLIENT, 10000, TARGET, PORT));
            await("the route", () -> find(10000) != null);
            ResponsePacket packet = new ResponsePacket();
            packet.wrap(response(10000).toBuffer());
            Outlet tunnel = find(10000);
            while (tunnel.forward(packet)) {
                tunnel.flush(new Counters());
            }
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(29));
            assertEquals(1, server.tunnels().size());
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(2));
            await("the end of the tunnel", () -> server.tunnels().isEmpty());
            assertFalse(tunnel.forward(packet));
            await("the log line", () -> lines("WARNING tunnel 1 from").size() == 1);
            assertTrue(lines("WARNING tunnel 1 from").get(0).contains("it took nothing for 30 s while "));
        }
    }

    @Test
    void shouldReportWhatAClientWasRecognisedAs() throws IOException {
        start(limits(4));
        try (Peer tcpcopy = open()) {
            assertNotNull(tcpcopy);
            await("the log line", () -> lines("INFO tunnel 1 from 127.0.0.1:").size() == 1);
        }
        assertTrue(lines("INFO tunnel 1 from").get(0).contains("64"), "the size of its messages is logged");
    }

    @Test
    void shouldSpreadResponsesNobodyAnnouncedOverTheTunnelsOfASingleClient() throws IOException {
        start(limits(4), new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, Optional.empty()));
        try (Peer first = open()) {
            await("the tunnel", () -> server.tunnels().size() == 1);
            ResponsePacket low = new ResponsePacket();
            low.wrap(response(0x0100).toBuffer());
            ResponsePacket high = new ResponsePacket();
            high.wrap(response(0x0200).toBuffer());
            try (Peer second = open()) {
                UnroutedResponses unrouted = server.unroutedResponses();
                await("a group of two", () -> unrouted.outletFor(low) != unrouted.outletFor(high));
                for (ResponsePacket packet : List.of(low, high)) {
                    Outlet taker = unrouted.outletFor(packet);
                    assertTrue(taker.forward(packet));
                    taker.flush(new Counters());
                }
                first.read(2 + MESSAGE_BYTES);
                second.read(2 + MESSAGE_BYTES);
            }
        }
    }

    private void assertWholeMessages(Peer peer, long count) throws IOException {
        for (long seen = 0; seen < count; ) {
            int messages = ByteBuffer.wrap(peer.read(2)).getShort();
            assertTrue(messages >= 1 && messages <= 16, "a batch of " + messages);
            for (int i = 0; i < messages; i++) {
                assertEquals(0x45, peer.read(MESSAGE_BYTES)[0]);
            }
            seen += messages;
        }
    }

    private void start(ServerLimits limits) throws IOException {
        start(limits, ProtocolOptions.DEFAULTS);
    }

    private void start(ServerLimits limits, ProtocolOptions protocol) throws IOException {
        RateLimitedLog log = new RateLimitedLog(logger, nowNs::get);
        server = TunnelServer.bind(
                new InetSocketAddress("127.0.0.1", 0),
                limits,
                ClientProtocols.all(protocol),
                sessions,
                counters,
                log,
                nowNs::get);
        Thread thread = new Thread(server, "server under test");
        threads.add(thread);
        thread.start();
    }

    private static ServerLimits limits(int maxTunnels) {
        return new ServerLimits(maxTunnels, 1 << 20, List.of());
    }

    private Peer open() throws IOException {
        return new Peer(server.address()).send(Generation.V1::encodeOpening);
    }

    private void forward(int clientPort) {
        ResponsePacket packet = new ResponsePacket();
        packet.wrap(response(clientPort).toBuffer());
        await("the route", () -> find(clientPort) != null);
        assertTrue(find(clientPort).forward(packet));
        find(clientPort).flush(new Counters());
    }

    private Outlet find(int clientPort) {
        return sessions.find(CLIENT, clientPort, TARGET, PORT, nowS());
    }

    private static PacketBuilder response(int clientPort) {
        return new PacketBuilder().to(TestNetwork.client(1), clientPort);
    }

    private int nowS() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nowNs.get());
    }

    private List<String> lines(String prefix) {
        synchronized (logger) {
            return logger.lines.stream().filter(line -> line.startsWith(prefix)).toList();
        }
    }

    /** The server works on a thread of its own. */
    private static void await(String what, BooleanSupplier isThere) {
        try {
            Await.until(what, isThere::getAsBoolean);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
