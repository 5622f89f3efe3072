package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The rows of the table of verdicts where a program in the kernel decides: what it stops is counted as by every backend, what it
 * lets pass is not seen at all.
 */
class KernelProgramVerdictsTest {

    private static final String PASSED_CLIENT = TestNetwork.client(200);
    private static final int TARGET_PORT = 8080;
    private static final int CLIENT_PORT = 10000;
    private static final int POLL_MS = 2000;
    private static final int NOW_S = 100;

    /** A packet that must not escape is followed by one that is passed: when that is seen, the other had its chance. */
    private static final PacketBuilder MARKER = new PacketBuilder().to(PASSED_CLIENT, 9);

    private final Counters server = new Counters();
    private final Counters lane = new Counters();
    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, server);
    private final CountingOutlet tunnel = new CountingOutlet();
    private NetworkNamespace network;
    private CaptureBackend ring;
    private Interceptor interceptor;
    private RawSocket target;
    private PacketSocket wire;

    @BeforeEach
    void attach() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        CaptureBackendProvider provider =
                BackendRegistry.load(List.of()).choose(Optional.of("ebpf")).provider();
        BackendOptions options = new BackendOptions(
                provider.options(), Map.of("--target-ports", "" + TARGET_PORT, "--passlist", PASSED_CLIENT));
        ring = network.call(() -> provider.open(options).get(0));
        target = network.call(RawSocket::new);
        wire = network.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
        interceptor = new Interceptor(
                new PassList(List.of(Cidr.parse(PASSED_CLIENT))),
                sessions,
                UnroutedResponses.NOBODY,
                AddressTranslation.NONE,
                lane,
                new RateLimitedLog(System.getLogger(KernelProgramVerdictsTest.class.getName()), System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                NOW_S);
    }

    @AfterEach
    void close() throws Exception {
        wire.close();
        target.close();
        ring.close();
        network.close();
    }

    private static PacketBuilder packet() {
        return new PacketBuilder();
    }

    @Test
    void shouldPassWhatGoesToThePassListHoweverOdd() throws Exception {
        passes(packet().to(PASSED_CLIENT, CLIENT_PORT));
        passes(packet().to(PASSED_CLIENT, CLIENT_PORT).dataOffset(4));
        passes(packet().to(PASSED_CLIENT, CLIENT_PORT).truncateTo(20));
    }

    @Test
    void shouldPassWhatNobodyAskedFor() throws Exception {
        passes(packet().protocol(17));
        passes(packet().protocol(1));
        passes(packet().from(TestNetwork.TARGET, 80));
        passes(packet().truncateTo(20));
    }

    @Test
    void shouldStopAndForwardAResponseThatHasARoute() throws Exception {
        addRoute();
        stops(Counter.FORWARDED, packet().flags(ACK).payload(new byte[] {1, 2, 3}));
        assertEquals(1, tunnel.headers);
    }

    @Test
    void shouldStopAndParkSynAndRstWithoutRoute() throws Exception {
        stops(Counter.PARKED, packet().flags(SYN | ACK));
        stops(Counter.PARKED, packet().flags(RST));
        addRoute();
        assertEquals(2, server.get(Counter.UNPARKED));
        assertEquals(2, tunnel.headers);
    }

    @Test
    void shouldStopAnyOtherResponseWithoutRoute() throws Exception {
        stops(Counter.NO_ROUTE, packet().flags(ACK));
    }

    @Test
    void shouldStopWhatIsMalformedAndYetSaysWhoseItIs() throws Exception {
        stops(Counter.MALFORMED, packet().dataOffset(4));
        stops(Counter.MALFORMED, packet().dataOffset(15));
        stops(Counter.MALFORMED, packet().truncateTo(39));
    }

    @Test
    void shouldStopALaterFragmentOfWhatItStoppedAndNoOther() throws Exception {
        passes(packet().identification(5).fragment(8, false));
        stops(Counter.NO_ROUTE, packet().identification(5).fragment(0, true));
        stops(Counter.FRAGMENT, packet().identification(5).fragment(8, true));
        stops(Counter.FRAGMENT, packet().identification(5).fragment(16, false));
        passes(packet().identification(6).fragment(8, false));
    }

    private void addRoute() {
        sessions.add(
                PacketBuilder.address(TestNetwork.client(1)),
                CLIENT_PORT,
                PacketBuilder.address(TestNetwork.TARGET),
                TARGET_PORT,
                tunnel,
                NOW_S);
    }

    private void passes(PacketBuilder packet) throws Exception {
        Map<Counter, Long> before = VerdictTableTest.packetCounts(lane);
        target.send(packet.build());
        target.send(MARKER.build());
        assertEquals(1, packetsBeforeTheMarker());
        assertEquals(0, ring.poll(interceptor, CaptureLoop.BATCH_LIMIT, 0));
        assertEquals(before, VerdictTableTest.packetCounts(lane));
    }

    private void stops(Counter counter, PacketBuilder packet) throws Exception {
        Map<Counter, Long> expected = VerdictTableTest.packetCounts(lane);
        expected.merge(counter, 1L, Long::sum);
        target.send(packet.build());
        target.send(MARKER.build());
        assertEquals(1, ring.poll(interceptor, CaptureLoop.BATCH_LIMIT, POLL_MS));
        interceptor.endOfBatch(NOW_S);
        assertEquals(expected, VerdictTableTest.packetCounts(lane));
        assertEquals(0, packetsBeforeTheMarker());
    }

    private int packetsBeforeTheMarker() throws Exception {
        for (int packets = 0; ; packets++) {
            byte[] packet = wire.poll(POLL_MS).orElseThrow(() -> new AssertionError("the marker never came out"));
            if (packet.length >= 24 && packet[0] == 0x45 && packet[22] == 0 && packet[23] == 9) {
                return packets;
            }
        }
    }
}
