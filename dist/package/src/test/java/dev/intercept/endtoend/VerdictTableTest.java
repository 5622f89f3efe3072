package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.stats.Statistics;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each row of the table of verdicts with a packet that the real kernel queues: its counter, and whether the packet then
 * leaves the host.
 */
class VerdictTableTest {

    private static final String PASSED_CLIENT = TestNetwork.client(200);
    private static final String CONTAINER = "172.17.0.2";
    private static final String SNAT = TestNetwork.client(99);
    private static final int TARGET_PORT = 8080;
    private static final int CLIENT_PORT = 10000;
    private static final int POLL_MS = 2000;

    /** A packet that must not escape is followed by one that is passed: when that is seen, the other had its chance. */
    private static final PacketBuilder MARKER = new PacketBuilder().to(PASSED_CLIENT, 9);

    private static final IntSupplier CLOCK = () -> 100;

    private final Counters server = new Counters();
    private final Counters lane = new Counters();
    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, server);
    private final CountingOutlet tunnel = new CountingOutlet();
    private NetworkNamespace network;
    private CaptureBackend queue;
    private Interceptor interceptor;
    private RawSocket target;
    private PacketSocket wire;

    @BeforeEach
    void queueEverythingThatLeaves() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        network.exec("iptables", "-A", "OUTPUT", "-o", TestNetwork.TARGET_DEVICE, "-j", "NFQUEUE", "--queue-num", "0");
        network.exec("ip", "-6", "addr", "add", "2001:db8::1/64", "dev", TestNetwork.TARGET_DEVICE, "nodad");
        network.exec("ip6tables", "-A", "OUTPUT", "-o", TestNetwork.TARGET_DEVICE, "-p", "udp", "-j", "NFQUEUE");
        CaptureBackendProvider provider =
                BackendRegistry.load(List.of()).choose(Optional.of("nfqueue")).provider();
        queue = network.call(
                () -> provider.open(BackendOptions.defaults(provider.options())).get(0));
        target = network.call(RawSocket::new);
        wire = network.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
        interceptor = new Interceptor(
                new PassList(List.of(Cidr.parse(PASSED_CLIENT))),
                sessions,
                UnroutedResponses.NOBODY,
                AddressTranslation.parse(
                        List.of(CONTAINER + "-" + TestNetwork.TARGET, SNAT + "-" + TestNetwork.client(1))),
                lane,
                new RateLimitedLog(System.getLogger(VerdictTableTest.class.getName()), System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                CLOCK.getAsInt());
    }

    @AfterEach
    void close() throws Exception {
        wire.close();
        target.close();
        queue.close();
        network.close();
    }

    @Test
    void shouldPassWhatGoesToThePassList() throws Exception {
        row(Counter.PASSED, true, new PacketBuilder().to(PASSED_CLIENT, CLIENT_PORT));
    }

    @Test
    void shouldForwardAndDropAResponseThatHasARoute() throws Exception {
        addRoute(tunnel);
        row(Counter.FORWARDED, false, new PacketBuilder().flags(ACK).payload(new byte[] {1, 2, 3}));
        assertEquals(1, tunnel.headers);
    }

    /** The pass list is not asked about what is behind the header that names the destination. */
    @Test
    void shouldPassWhatIsOddToThePassList() throws Exception {
        row(
                Counter.PASSED,
                true,
                new PacketBuilder().to(PASSED_CLIENT, CLIENT_PORT).dataOffset(4));
        row(
                Counter.PASSED,
                true,
                new PacketBuilder().to(PASSED_CLIENT, CLIENT_PORT).truncateTo(20));
        row(
                Counter.PASSED,
                true,
                new PacketBuilder().to(PASSED_CLIENT, CLIENT_PORT).protocol(17));
    }

    @Test
    void shouldForwardUnderTheAddressesThatTcpcopyKnowsOnBothSides() throws Exception {
        addRoute(tunnel);
        row(Counter.FORWARDED, false, new PacketBuilder().from(CONTAINER, TARGET_PORT));
        row(Counter.FORWARDED, false, new PacketBuilder().to(SNAT, CLIENT_PORT));
        row(
                Counter.FORWARDED,
                false,
                new PacketBuilder().from(CONTAINER, TARGET_PORT).to(SNAT, CLIENT_PORT));
        assertEquals(3, tunnel.headers);
        assertEquals(Set.of(PacketBuilder.address(TestNetwork.TARGET)), tunnel.sources);
        assertEquals(Set.of(PacketBuilder.address(TestNetwork.client(1))), tunnel.destinations);
    }

    @Test
    void shouldParkAndDropSynAndRstWithoutRoute() throws Exception {
        row(Counter.PARKED, false, new PacketBuilder().flags(SYN | ACK));
        row(Counter.PARKED, false, new PacketBuilder().flags(RST));
        addRoute(tunnel);
        assertEquals(2, server.get(Counter.UNPARKED));
        assertEquals(2, tunnel.headers);
    }

    @Test
    void shouldDropAnyOtherResponseWithoutRoute() throws Exception {
        row(Counter.NO_ROUTE, false, new PacketBuilder().flags(ACK));
    }

    @Test
    void shouldDropWhatIsMalformed() throws Exception {
        row(Counter.MALFORMED, false, new PacketBuilder().dataOffset(4));
        row(Counter.MALFORMED, false, new PacketBuilder().dataOffset(15));
        row(Counter.MALFORMED, false, new PacketBuilder().truncateTo(39));
        row(Counter.MALFORMED, false, new PacketBuilder().truncateTo(20));
    }

    @Test
    void shouldDropANonFirstFragment() throws Exception {
        row(Counter.FRAGMENT, false, new PacketBuilder().fragment(8, true));
        row(Counter.FRAGMENT, false, new PacketBuilder().fragment(8, false));
    }

    @Test
    void shouldAcceptWhatIsNotIpv4Tcp() throws Exception {
        row(Counter.NOT_TCP, true, new PacketBuilder().protocol(17));
        row(Counter.NOT_TCP, true, new PacketBuilder().protocol(1));
    }

    /** The packet socket sees IPv4 alone, so here the counter has to do. */
    @Test
    void shouldAcceptIpv6() throws Exception {
        expect(Counter.NOT_TCP, false, this::sendIpv6);
    }

    @Test
    void shouldDropWhenTheCodeThatLooksAtAPacketFails() throws Exception {
        addRoute(new CountingOutlet() {
            @Override
            public boolean forward(ResponsePacket response) {
                throw new IllegalStateException("broken on purpose");
            }
        });
        row(Counter.HANDLER_ERROR, false, new PacketBuilder().flags(ACK));
    }

    private void addRoute(Outlet to) {
        sessions.add(
                PacketBuilder.address(TestNetwork.client(1)),
                CLIENT_PORT,
                PacketBuilder.address(TestNetwork.TARGET),
                TARGET_PORT,
                to,
                CLOCK.getAsInt());
    }

    private void row(Counter counter, boolean leavesTheHost, PacketBuilder packet) throws Exception {
        expect(counter, leavesTheHost, () -> target.send(packet.build()));
    }

    private interface Sender {
        void send() throws Exception;
    }

    private void expect(Counter counter, boolean leavesTheHost, Sender packet) throws Exception {
        Map<Counter, Long> expected = packetCounts(lane);
        expected.merge(counter, 1L, Long::sum);
        expected.merge(Counter.PASSED, 1L, Long::sum);
        packet.send();
        target.send(MARKER.build());
        for (int seen = 0; seen < 2; ) {
            int polled = queue.poll(interceptor, CaptureLoop.BATCH_LIMIT, POLL_MS);
            assertTrue(polled > 0, "the kernel queued " + seen + " of 2 packets");
            seen += polled;
        }
        interceptor.endOfBatch(CLOCK.getAsInt());
        assertEquals(expected, packetCounts(lane));
        assertEquals(leavesTheHost ? 1 : 0, packetsBeforeTheMarker());
    }

    private int packetsBeforeTheMarker() throws Exception {
        for (int packets = 0; ; packets++) {
            byte[] packet = wire.poll(POLL_MS).orElseThrow(() -> new AssertionError("the marker never came out"));
            if (isMarker(packet)) {
                return packets;
            }
        }
    }

    /** By its port 9: the kernel filled in other fields on the way. */
    private static boolean isMarker(byte[] ip) {
        return ip.length >= 24 && ip[0] == 0x45 && ip[22] == 0 && ip[23] == 9;
    }

    private void sendIpv6() throws Exception {
        network.run(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(new byte[8], 8, InetAddress.getByName("2001:db8::2"), 7));
            }
        });
    }

    /** Of the packet counters only: sockets and sessions count too. */
    static Map<Counter, Long> packetCounts(Counters lane) {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (Counter counter : Statistics.PACKET_COUNTERS) {
            counts.put(counter, lane.get(counter));
        }
        return counts;
    }
}
