package dev.intercept.capture;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.answers.TargetPicture;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.Verdict;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of verdicts, row by row. */
class InterceptorTest {

    private static final String PASSED_CLIENT = "203.0.113.9";
    private static final int NOW_S = 100;

    private final Counters server = new Counters();
    private final Counters lane = new Counters();
    private final RecordingLogger logger = new RecordingLogger();
    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, server);
    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final Interceptor interceptor = interceptor(UnroutedResponses.NOBODY);

    private Interceptor interceptor(UnroutedResponses unrouted) {
        return new Interceptor(
                new PassList(List.of(Cidr.parse(PASSED_CLIENT))),
                sessions,
                unrouted,
                AddressTranslation.parse(List.of("172.17.0.2-" + TestNetwork.TARGET)),
                lane,
                new RateLimitedLog(logger, System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                NOW_S);
    }

    @Test
    void shouldDropAndForwardWhatNobodyAnnouncedToTheTunnelThatTakesIt() {
        Interceptor single = interceptor(response -> tunnel);
        assertEquals(
                Verdict.DROP, single.onPacket(new PacketBuilder().flags(ACK).toBuffer()));
        assertEquals(1, lane.get(Counter.FORWARDED));
        assertEquals(1, tunnel.headers);
    }

    @Test
    void shouldMeasureTheBatchesThatForwardedSomething() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        interceptor.endOfBatch(NOW_S);
        interceptor.onPacket(new PacketBuilder().to(PASSED_CLIENT, 10000).toBuffer());
        interceptor.endOfBatch(NOW_S);
        assertEquals(1, interceptor.meters().packets().sum());
        assertEquals(0, interceptor.meters().forwardingNs().sum());

        interceptor.onPacket(new PacketBuilder().flags(ACK).toBuffer());
        interceptor.onPacket(new PacketBuilder().flags(ACK).toBuffer());
        interceptor.endOfBatch(NOW_S);
        assertEquals(3, interceptor.meters().packets().sum());
        assertTrue(interceptor.meters().forwardingNs().sum() > 0);
    }

    @Test
    void shouldHaveTheDelayOfAnAnswerMeasuredWithThatAnswerAlone() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        interceptor.onPacket(new PacketBuilder().flags(ACK).toBuffer(), ResponsePacket.NO_LENGTH, 5_000_000);
        interceptor.onPacket(new PacketBuilder().flags(ACK).toBuffer());
        interceptor.onPacket(
                new PacketBuilder().flags(ACK).to("192.0.2.77", 1).toBuffer(), ResponsePacket.NO_LENGTH, 9);
        TargetPicture.Delays delays = TargetPicture.of(new Sampling(), List.of(interceptor.answers()))
                .ports()
                .get(0)
                .delays()
                .get(AnswerDelay.FIRST_BYTE);
        assertEquals(1, delays.total());
        assertEquals(5_000_000, delays.sumNs());
    }

    @Test
    void shouldAcceptAndNotForwardWhatGoesToThePassList() {
        addRoute(PASSED_CLIENT, 10000, tunnel);
        verdict(Verdict.ACCEPT, Counter.PASSED, new PacketBuilder().to(PASSED_CLIENT, 10000));
        assertEquals(0, tunnel.headers);
    }

    @Test
    void shouldAskThePassListFirstWhateverIsOddBehindAReadableHeader() {
        for (PacketBuilder odd : List.of(
                new PacketBuilder().totalLength(39),
                new PacketBuilder().totalLength(0),
                new PacketBuilder().truncateTo(20),
                new PacketBuilder().ihl(4),
                new PacketBuilder().ihl(15),
                new PacketBuilder().dataOffset(4),
                new PacketBuilder().fragment(8, false),
                new PacketBuilder().protocol(17))) {
            verdict(Verdict.ACCEPT, Counter.PASSED, odd.to(PASSED_CLIENT, 10000));
        }
        verdict(
                Verdict.DROP,
                Counter.MALFORMED,
                new PacketBuilder().to(PASSED_CLIENT, 10000).truncateTo(19));
        verdict(
                Verdict.ACCEPT,
                Counter.NOT_TCP,
                new PacketBuilder().to(PASSED_CLIENT, 10000).version(6));
    }

    @Test
    void shouldForwardASegmentThatNoTotalLengthCanSayAsSeveralHeadersWhosePayloadsAddUp() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        int length = 3 * 65535 + 1;
        ByteBuffer packet =
                new PacketBuilder().sequence(-1000).totalLength(0).flags(ACK).toBuffer();
        assertEquals(Verdict.DROP, interceptor.onPacket(packet, length));
        assertEquals(1, lane.get(Counter.FORWARDED));
        assertEquals(List.of(65535, 65535, 65535, 121), tunnel.totalLengths);
        assertEquals(List.of(-1000, -1000 + 65495, -1000 + 2 * 65495, -1000 + 3 * 65495), tunnel.sequences);
        assertEquals(
                length - 40,
                tunnel.totalLengths.stream().mapToInt(total -> total - 40).sum());
    }

    @Test
    void shouldDropASegmentOfTotalLength0WhoseRealLengthNobodyKnows() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        verdict(Verdict.DROP, Counter.UNKNOWN_LENGTH, new PacketBuilder().totalLength(0));
        assertEquals(0, tunnel.headers);
    }

    @Test
    void shouldDropAndForwardAResponseThatHasARoute() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        verdict(Verdict.DROP, Counter.FORWARDED, new PacketBuilder().flags(ACK));
        assertEquals(1, tunnel.headers);
    }

    @Test
    void shouldForwardASegmentOf65535BytesOfWhichOnlyTheHeadersWereCaptured() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        verdict(Verdict.DROP, Counter.FORWARDED, new PacketBuilder().totalLength(65535));
        assertEquals(1, tunnel.headers);
    }

    @Test
    void shouldLookUpAndForwardATranslatedSourceUnderTheAddressThatTcpcopyKnows() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        verdict(Verdict.DROP, Counter.FORWARDED, new PacketBuilder().from("172.17.0.2", 8080));
        assertEquals(List.of(TestNetwork.TARGET), tunnel.sources);
        verdict(Verdict.DROP, Counter.NO_ROUTE, new PacketBuilder().from("172.17.0.3", 8080));
    }

    @Test
    void shouldParkASynUntilItsRouteArrives() {
        verdict(Verdict.DROP, Counter.PARKED, new PacketBuilder().flags(SYN | ACK));
        assertEquals(0, tunnel.headers);
        addRoute(TestNetwork.client(1), 10000, tunnel);
        assertEquals(1, tunnel.headers);
        assertEquals(1, server.get(Counter.UNPARKED));
    }

    @Test
    void shouldParkARstWithoutRoute() {
        verdict(Verdict.DROP, Counter.PARKED, new PacketBuilder().flags(RST));
    }

    @Test
    void shouldDropAnyOtherResponseWithoutRoute() {
        verdict(Verdict.DROP, Counter.NO_ROUTE, new PacketBuilder().flags(ACK));
    }

    @Test
    void shouldDropWhatIsMalformed() {
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().totalLength(39));
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().truncateTo(39));
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().truncateTo(0));
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().ihl(4));
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().dataOffset(4));
        verdict(Verdict.DROP, Counter.MALFORMED, new PacketBuilder().dataOffset(15));
    }

    @Test
    void shouldDropANonFirstFragmentUnlessItsDestinationIsPassed() {
        verdict(Verdict.DROP, Counter.FRAGMENT, new PacketBuilder().fragment(8, true));
        verdict(
                Verdict.ACCEPT,
                Counter.PASSED,
                new PacketBuilder().fragment(8, false).to(PASSED_CLIENT, 10000));
    }

    @Test
    void shouldAcceptWhatIsNotIpv4Tcp() {
        verdict(Verdict.ACCEPT, Counter.NOT_TCP, new PacketBuilder().protocol(17));
        verdict(Verdict.ACCEPT, Counter.NOT_TCP, new PacketBuilder().version(6));
    }

    @Test
    void shouldDropAndLogWhenTheCodeThatLooksAtAPacketFails() {
        addRoute(TestNetwork.client(1), 10000, new RecordingOutlet() {
            @Override
            public boolean forward(ResponsePacket response) {
                throw new IllegalStateException("broken");
            }
        });
        verdict(Verdict.DROP, Counter.HANDLER_ERROR, new PacketBuilder().flags(ACK));
        assertEquals(1, logger.lines.size());
        assertTrue(logger.lines
                .get(0)
                .startsWith("ERROR a packet was dropped because of a bug in intercept; please report: "
                        + "java.lang.IllegalStateException: broken at "));
    }

    @Test
    void shouldCountAHeaderThatATunnelCannotTake() {
        tunnel.hasRoom = false;
        addRoute(TestNetwork.client(1), 10000, tunnel);
        verdict(Verdict.DROP, Counter.TUNNEL_OVERFLOW, new PacketBuilder().flags(ACK));
    }

    @Test
    void shouldFlushEachTouchedTunnelOnceAtTheEndOfABatch() {
        RecordingOutlet other = new RecordingOutlet();
        addRoute(TestNetwork.client(1), 10000, tunnel);
        addRoute(TestNetwork.client(2), 10000, other);
        tunnel.flushes = 0;
        other.flushes = 0;
        for (int i = 0; i < 10; i++) {
            interceptor.onPacket(ByteBuffer.wrap(new PacketBuilder().build()));
            interceptor.onPacket(ByteBuffer.wrap(
                    new PacketBuilder().to(TestNetwork.client(2), 10000).build()));
        }
        assertEquals(0, tunnel.flushes + other.flushes);
        interceptor.endOfBatch(NOW_S);
        assertEquals(List.of(1, 1), List.of(tunnel.flushes, other.flushes));
        interceptor.endOfBatch(NOW_S);
        assertEquals(List.of(1, 1), List.of(tunnel.flushes, other.flushes));
        assertEquals(2, lane.get(Counter.SOCKET_WRITES));
    }

    @Test
    void shouldTouchASessionAtTheTimeOfTheBatch() {
        addRoute(TestNetwork.client(1), 10000, tunnel);
        interceptor.endOfBatch(NOW_S + 20);
        verdict(Verdict.DROP, Counter.FORWARDED, new PacketBuilder().flags(ACK));
        int lastMomentS = NOW_S + 20 + SessionLimits.DEFAULTS.routeTimeoutS() - 1;
        assertSame(
                tunnel,
                sessions.find(address(TestNetwork.client(1)), 10000, address(TestNetwork.TARGET), 8080, lastMomentS));
    }

    private void addRoute(String client, int port, Outlet target) {
        sessions.add(address(client), port, address(TestNetwork.TARGET), 8080, target, NOW_S);
    }

    /** Exactly one counter moves, by one. */
    private void verdict(Verdict expected, Counter counter, PacketBuilder packet) {
        Map<Counter, Long> before = counts();
        assertEquals(expected, interceptor.onPacket(ByteBuffer.wrap(packet.build())));
        before.merge(counter, 1L, Long::sum);
        assertEquals(before, counts());
    }

    private Map<Counter, Long> counts() {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, lane.get(counter));
        }
        return counts;
    }

    private static int address(String text) {
        return InetAddresses.coerceToInteger(InetAddresses.forString(text));
    }

    private static class RecordingOutlet implements Outlet {
        final List<String> sources = new ArrayList<>();
        final List<Integer> totalLengths = new ArrayList<>();
        final List<Integer> sequences = new ArrayList<>();
        int headers;
        int flushes;
        boolean hasRoom = true;

        @Override
        public boolean forward(ResponsePacket response) {
            headers += hasRoom ? 1 : 0;
            totalLengths.add(response.totalLength());
            sequences.add(response.buffer().getInt(response.offset() + response.ipHeaderBytes() + 4));
            sources.add(InetAddresses.fromInteger(response.sourceAddress()).getHostAddress());
            return hasRoom;
        }

        @Override
        public void flush(Counters counters) {
            flushes++;
            counters.increment(Counter.SOCKET_WRITES);
        }
    }
}
