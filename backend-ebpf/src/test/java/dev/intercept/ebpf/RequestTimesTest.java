package dev.intercept.ebpf;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel runs both programs on frames that these tests make. Its clock is that of {@link System#nanoTime}, so each delay lies between
 * two that are measured around it.
 */
class RequestTimesTest {

    private static final String CLIENT = "192.0.2.1";
    private static final String TARGET = "198.51.100.1";
    private static final int IPV4 = 0x0800;
    private static final int VLAN = 0x8100;
    private static final int FIRST = 0x7fff_fff0; // Numbers go round, and change their sign.

    private LoadedProgram program;
    private long beforeNs;
    private long afterNs;

    @BeforeEach
    void load() throws Exception {
        program = new LoadedProgram(1, List.of(8080), List.of());
    }

    @AfterEach
    void close() {
        program.close();
    }

    private static byte[] ethernet(byte[] ip, int... types) {
        ByteBuffer out = ByteBuffer.allocate(14 + 4 * (types.length - 1) + Math.max(46, ip.length));
        out.position(12);
        for (int tag = 0; tag < types.length - 1; tag++) {
            out.putShort((short) types[tag]).putShort((short) 7);
        }
        return out.putShort((short) types[types.length - 1]).put(ip).array();
    }

    private static PacketBuilder request(int sequence, int bytes) {
        return new PacketBuilder()
                .from(CLIENT, 10000)
                .to(TARGET, 8080)
                .flags(ACK | PSH)
                .sequence(sequence)
                .payload(new byte[bytes]);
    }

    private static PacketBuilder answer(int acknowledgement, int bytes) {
        return new PacketBuilder()
                .from(TARGET, 8080)
                .to(CLIENT, 10000)
                .flags(ACK)
                .acknowledgement(acknowledgement)
                .payload(new byte[bytes]);
    }

    /** It comes in; its time is remembered for {@link #assertTimed}. */
    private void receive(PacketBuilder request) throws Exception {
        beforeNs = System.nanoTime();
        program.receives(ethernet(request.build(), IPV4));
        afterNs = System.nanoTime();
    }

    private void receiveEarlier(PacketBuilder request) throws Exception {
        program.receives(ethernet(request.build(), IPV4));
    }

    private long delayOf(PacketBuilder answer) throws Exception {
        assertTrue(program.stops(ethernet(answer.build(), IPV4)));
        return program.next().orElseThrow().delayNs();
    }

    private void assertTimed(PacketBuilder answer) throws Exception {
        long leastNs = System.nanoTime() - afterNs;
        long ns = delayOf(answer);
        long mostNs = System.nanoTime() - beforeNs;
        assertTrue(leastNs <= ns && ns <= mostNs, ns + " ns, not from " + leastNs + " to " + mostNs);
    }

    private void assertUntimed(PacketBuilder answer) throws Exception {
        assertEquals(0, delayOf(answer));
    }

    @Test
    void shouldTakeTheTimeFromARequestToTheFirstDataAfterIt() throws Exception {
        receive(request(FIRST, 10));
        assertUntimed(answer(FIRST + 10, 0));
        assertTimed(answer(FIRST + 10, 500));
        assertUntimed(answer(FIRST + 10, 500));
        receive(request(FIRST + 10, 30));
        assertTimed(answer(FIRST + 40, 1));
    }

    @Test
    void shouldTakeItFromTheLastOfSeveralSegments() throws Exception {
        receiveEarlier(request(FIRST, 10));
        receiveEarlier(request(FIRST + 10, 10));
        receive(request(FIRST + 20, 10));
        assertTimed(answer(FIRST + 30, 5));
    }

    @Test
    void shouldTakeItFromTheSegmentThatFillsAGap() throws Exception {
        receiveEarlier(request(FIRST, 10));
        receiveEarlier(request(FIRST + 20, 10));
        receive(request(FIRST + 10, 10));
        assertTimed(answer(FIRST + 30, 5));
        receiveEarlier(request(FIRST + 20, 10));
        assertUntimed(answer(FIRST + 30, 5));
    }

    @Test
    void shouldLeaveOutWhatAClientSendsAgain() throws Exception {
        receive(request(FIRST, 40));
        receiveEarlier(request(FIRST, 40));
        receiveEarlier(request(FIRST + 30, 10));
        assertTimed(answer(FIRST + 40, 5));
        receiveEarlier(request(FIRST, 40));
        assertUntimed(answer(FIRST + 40, 5));
    }

    @Test
    void shouldBeginAnewWhenAClientUsesItsPortAgain() throws Exception {
        receiveEarlier(request(FIRST, 40));
        receiveEarlier(request(FIRST - 1_000_000, 0).flags(SYN));
        assertUntimed(answer(FIRST - 999_999, 0).flags(SYN | ACK));
        assertUntimed(answer(FIRST - 999_999, 5));
        receive(request(FIRST - 999_999, 1));
        assertTimed(answer(FIRST - 999_998, 5));
    }

    @Test
    void shouldKeepSessionsApart() throws Exception {
        receiveEarlier(request(FIRST, 10).from(CLIENT, 10001));
        receiveEarlier(request(FIRST, 10).from("192.0.2.2", 10000));
        receiveEarlier(request(FIRST, 10).to("198.51.100.2", 8080));
        assertUntimed(answer(FIRST + 10, 5));
    }

    @Test
    void shouldPassOverWhatIsNoRequest() throws Exception {
        receiveEarlier(request(FIRST, 10).to(TARGET, 8081));
        receiveEarlier(request(FIRST, 0));
        receiveEarlier(request(FIRST, 10).protocol(17));
        receiveEarlier(request(FIRST, 10).fragment(0, true));
        receiveEarlier(request(FIRST, 10).fragment(5, false));
        receiveEarlier(request(FIRST, 10).dataOffset(15).truncateTo(50));
        receiveEarlier(request(FIRST, 10).totalLength(30));
        assertUntimed(answer(FIRST + 10, 5));
    }

    @Test
    void shouldFindHeadersBehindTagsAndOptionsAndInSegmentsOfNoLength() throws Exception {
        byte[] tagged = ethernet(
                request(FIRST, 10)
                        .ipOptions(new byte[8])
                        .tcpOptions(new byte[12])
                        .build(),
                VLAN,
                IPV4);
        beforeNs = System.nanoTime();
        program.receives(tagged);
        afterNs = System.nanoTime();
        assertTimed(answer(FIRST + 10, 5).ipOptions(new byte[4]).tcpOptions(new byte[4]));
        receive(request(FIRST + 10, 50).totalLength(0));
        assertTimed(answer(FIRST + 60, 50).totalLength(0));
    }

    /** However damaged a frame is, it passes, and the program ends. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20261126})
    void shouldLetEveryFramePass(long seed) throws Exception {
        RandomFrames frames = new RandomFrames(seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] frame = frames.next();
            if (random.nextBoolean() && frame.length > 38) {
                frame[36] = 8080 >> 8;
                frame[37] = (byte) 8080;
            }
            program.receives(frame);
        }
    }
}
