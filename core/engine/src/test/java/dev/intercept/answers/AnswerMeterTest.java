package dev.intercept.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What answers say of their sender, one by one. The clock stands until it is moved. */
class AnswerMeterTest {

    private static final int SYN_ACK = PacketBuilder.SYN | PacketBuilder.ACK;
    private static final int ACK = PacketBuilder.ACK;
    private static final int FIN_ACK = PacketBuilder.FIN | PacketBuilder.ACK;
    private static final int RST = PacketBuilder.RST;
    private static final long MS = 1_000_000;
    private static final int CLIENT_PORT = 40001;
    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));

    private long nowNs = 5000 * MS;
    private final Sampling sampling = new Sampling();
    private final AnswerMeter meter = new AnswerMeter(sampling, () -> nowNs);
    private final ResponsePacket packet = new ResponsePacket();
    private int window = 500;

    @Test
    void shouldCountWhatASessionInOrderConsistsOf() {
        answer(SYN_ACK, 1000, 1, 0);
        answer(ACK, 1001, 101, 0);
        answer(ACK, 1001, 101, 300);
        answer(FIN_ACK, 1301, 101, 0);
        assertEquals(4, count(AnswerCount.ANSWERS));
        assertEquals(3, count(AnswerCount.WITHOUT_PAYLOAD));
        assertEquals(300, count(AnswerCount.PAYLOAD_BYTES));
        assertEquals(1, count(AnswerCount.SYN_ACKS));
        assertEquals(1, count(AnswerCount.FINS));
        assertEquals(1, count(AnswerCount.SESSIONS));
        assertEquals(1, count(AnswerCount.SESSIONS_ANSWERED));
        assertEquals(0, count(AnswerCount.RESETS));
        assertEquals(0, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldCountASegmentThatDoesNotAdvance() {
        answer(SYN_ACK, 1000, 1, 0);
        answer(SYN_ACK, 1000, 1, 0);
        answer(ACK, 1001, 101, 300);
        answer(ACK, 1301, 101, 300);
        answer(ACK, 1001, 101, 300);
        answer(FIN_ACK, 1601, 101, 0);
        answer(FIN_ACK, 1601, 101, 0);
        assertEquals(3, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldTakeTheDelayOfFirstBytesFromEverySession() {
        sampling.setBits(Sampling.MAX_BITS);
        packet.wrap(segment(ACK, 1001, 101, 300).toBuffer());
        meter.onAnswer(packet, 3 * MS);
        meter.onAnswer(packet, 0);
        meter.onAnswer(packet, -1); // Two processors' clocks.
        TargetPicture.Port port =
                TargetPicture.of(sampling, List.of(meter)).ports().get(0);
        assertEquals(2, port.delays().get(AnswerDelay.FIRST_BYTE).total());
        assertEquals(3 * MS, port.delays().get(AnswerDelay.FIRST_BYTE).sumNs());
        assertEquals(0, port.delays().get(AnswerDelay.DATA).total());
    }

    /** From 16 µs to 16 s. */
    @Test
    void shouldKnowDelaysToAPartIn32() {
        for (long delayNs = MS / 64 + 1; delayNs < 16_000 * MS; delayNs += delayNs / 50) {
            AnswerMeter alone = new AnswerMeter(sampling, () -> nowNs);
            packet.wrap(segment(ACK, 1001, 101, 300).toBuffer());
            alone.onAnswer(packet, delayNs);
            alone.onAnswer(packet, delayNs);
            TargetPicture.Delays delays = TargetPicture.of(sampling, List.of(alone))
                    .ports()
                    .get(0)
                    .delays()
                    .get(AnswerDelay.FIRST_BYTE);
            for (double part : new double[] {0.5, 0.99}) {
                assertEquals(delayNs, delays.quantileNs(part), delayNs / 32.0);
            }
        }
    }

    @Test
    void shouldCountTheSegmentsOfAnAnswerThatTheDeviceCuts() {
        packet.wrap(segment(SYN_ACK, 1000, 1, 0)
                .tcpOptions((byte) 2, (byte) 4, (byte) 1, (byte) 0)
                .toBuffer()); // 256 bytes at most.
        meter.onAnswer(packet);
        answer(ACK, 1001, 101, 600);
        answer(ACK, 1001, 101, 256);
        answer(FIN_ACK, 1601, 101, 0);
        assertEquals(6, count(AnswerCount.SEGMENTS));
        assertEquals(1, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldCountARequestHoweverManySegmentsItHas() {
        answer(SYN_ACK, 1000, 1, 0);
        answer(ACK, 1001, 101, 0);
        answer(ACK, 1001, 201, 0);
        answer(ACK, 1001, 201, 300);
        answer(ACK, 1301, 201, 300);
        assertEquals(1, count(AnswerCount.REQUESTS));
        answer(ACK, 1601, 301, 300); // Takes in the next and answers it at once.
        answer(ACK, 1901, 401, 0);
        assertEquals(3, count(AnswerCount.REQUESTS));
        answer(ACK, 1901, 401, 300);
        answer(ACK, 2201, 402, 0); // The client's FIN.
        assertEquals(3, count(AnswerCount.REQUESTS));
    }

    @Test
    void shouldLookAtNothingWhenTurnedOff() {
        sampling.turnOff();
        AnswerMeter off = new AnswerMeter(sampling, () -> nowNs);
        packet.wrap(segment(SYN_ACK, 1000, 1, 0).toBuffer());
        off.onAnswer(packet);
        assertEquals(List.of(), TargetPicture.of(sampling, List.of(off)).ports());
    }

    @Test
    void shouldFollowSequenceNumbersPastTheirEnd() {
        answer(SYN_ACK, -100, 1, 0);
        answer(ACK, -99, 101, 300);
        answer(ACK, 201, 101, 300);
        assertEquals(0, count(AnswerCount.REPEATED));
        answer(ACK, -99, 101, 300);
        assertEquals(1, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldMeasureFromTheRouteToTheSynAckAndFromTheAcknowledgementToTheData() {
        sampling.onRoute(CLIENT, CLIENT_PORT, () -> nowNs);
        nowNs += 3 * MS;
        answer(SYN_ACK, 1000, 1, 0);
        answer(ACK, 1001, 101, 0);
        nowNs += 40 * MS;
        answer(ACK, 1001, 101, 300);
        nowNs += 100 * MS;
        answer(ACK, 1301, 101, 300);
        assertEquals(1, delays(AnswerDelay.SYN_ACK).total());
        assertEquals(3 * MS, delays(AnswerDelay.SYN_ACK).sumNs());
        assertEquals(1, delays(AnswerDelay.DATA).total());
        assertEquals(40 * MS, delays(AnswerDelay.DATA).sumNs());
    }

    @Test
    void shouldNoticeWindowsThatCloseAndThatAreTakenBack() {
        answer(SYN_ACK, 1000, 1, 0);
        window = 500;
        answer(ACK, 1001, 101, 0);
        window = 400;
        answer(ACK, 1001, 201, 0); // The same edge: the client's 100 bytes were put there.
        assertEquals(0, count(AnswerCount.SHRUNK_WINDOWS));
        window = 300;
        answer(ACK, 1001, 201, 0);
        assertEquals(1, count(AnswerCount.SHRUNK_WINDOWS));
        window = 0;
        answer(ACK, 1001, 501, 0);
        assertEquals(1, count(AnswerCount.ZERO_WINDOWS));
    }

    @Test
    void shouldCountAResetAndBeginAnew() {
        answer(SYN_ACK, 1000, 1, 0);
        answer(RST, 1001, 101, 0);
        answer(SYN_ACK, 90000, 1, 0);
        answer(ACK, 90001, 101, 10);
        assertEquals(1, count(AnswerCount.RESETS));
        assertEquals(2, count(AnswerCount.SESSIONS));
        assertEquals(1, count(AnswerCount.SESSIONS_ANSWERED));
        assertEquals(0, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldCountTheWholeOfASegmentLongerThanATotalLengthCanSay() {
        answer(SYN_ACK, 1000, 1, 0);
        packet.wrap(segment(ACK, 1001, 101, 0).totalLength(0).toBuffer(), 40 + 150_000);
        meter.onAnswer(packet);
        assertEquals(150_000, count(AnswerCount.PAYLOAD_BYTES));
        answer(ACK, 151_001, 101, 10);
        assertEquals(0, count(AnswerCount.REPEATED));
    }

    @Test
    void shouldReadTheWindowScale() {
        window = 64000;
        packet.wrap(segment(SYN_ACK, 1000, 1, 0)
                .tcpOptions((byte) 2, (byte) 4, (byte) 5, (byte) 0xb4, (byte) 1, (byte) 3, (byte) 3, (byte) 7)
                .toBuffer());
        meter.onAnswer(packet);
        window = 500; // 64,000 bytes: as much as before.
        answer(ACK, 1001, 1, 0);
        window = 499;
        answer(ACK, 1001, 100, 0); // 29 bytes less, which is rounding.
        assertEquals(0, count(AnswerCount.SHRUNK_WINDOWS));
        window = 400;
        answer(ACK, 1001, 101, 0);
        assertEquals(1, count(AnswerCount.SHRUNK_WINDOWS));
    }

    @Test
    void shouldKeepPortsBeyondTheBoundInOneRow() {
        for (int port = 1; port <= PortMeters.MAX_PORTS + 5; port++) {
            packet.wrap(segment(ACK, 1, 1, 10).from(TestNetwork.TARGET, port).toBuffer());
            meter.onAnswer(packet);
        }
        TargetPicture picture = TargetPicture.of(sampling, List.of(meter));
        assertEquals(PortMeters.MAX_PORTS + 1, picture.ports().size());
        assertEquals(0, picture.ports().get(0).port());
        assertEquals(5, picture.ports().get(0).count(AnswerCount.ANSWERS));
    }

    @Test
    void shouldAddUpLanes() {
        AnswerMeter other = new AnswerMeter(sampling, () -> nowNs);
        packet.wrap(segment(ACK, 1001, 101, 7).toBuffer());
        meter.onAnswer(packet);
        other.onAnswer(packet);
        other.onAnswer(packet);
        List<TargetPicture.Port> ports =
                TargetPicture.of(sampling, List.of(meter, other)).ports();
        assertEquals(1, ports.size());
        assertEquals(21, ports.get(0).count(AnswerCount.PAYLOAD_BYTES));
    }

    @Test
    void shouldReportWhatCameSinceAnEarlierPicture() {
        answer(SYN_ACK, 1000, 1, 0);
        TargetPicture before = TargetPicture.of(sampling, List.of(meter));
        assertEquals("", new TargetPicture(1, List.of()).line());
        answer(ACK, 1001, 101, 7);
        TargetPicture now = TargetPicture.of(sampling, List.of(meter));
        assertEquals(1, now.since(before).ports().get(0).count(AnswerCount.ANSWERS));
        assertEquals(0, now.since(before).ports().get(0).count(AnswerCount.SESSIONS));
        assertEquals(
                "; target sessions:1 requests:1 answers:2 bytes:7 repeated:0 resets:0 zero_windows:0"
                        + " syn_ack_p99_us:0 data_p99_us:0",
                now.line());
    }

    private void answer(int flags, int sequence, int acknowledgement, int payload) {
        packet.wrap(segment(flags, sequence, acknowledgement, payload).toBuffer());
        meter.onAnswer(packet);
    }

    private PacketBuilder segment(int flags, int sequence, int acknowledgement, int payload) {
        return new PacketBuilder()
                .to(TestNetwork.client(1), CLIENT_PORT)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .window(window)
                .payload(new byte[payload]);
    }

    private TargetPicture.Port port() {
        return TargetPicture.of(sampling, List.of(meter)).ports().get(0);
    }

    private long count(AnswerCount count) {
        return port().count(count);
    }

    private TargetPicture.Delays delays(AnswerDelay delay) {
        return port().delays().get(delay);
    }
}
