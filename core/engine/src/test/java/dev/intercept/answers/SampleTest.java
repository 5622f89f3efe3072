package dev.intercept.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the sample says of many sessions, beside what is true of all of them. */
class SampleTest {

    private static final int ALIVE = 20_000;
    private static final int SESSIONS = 400_000;
    private static final long BETWEEN_NS = 50_000;

    private long nowNs = 1;
    private final Sampling sampling = new Sampling();
    private final AnswerMeter meter = new AnswerMeter(sampling, () -> nowNs);
    private final ByteBuffer bytes = new PacketBuilder().payload(new byte[100]).toBuffer();
    private final ResponsePacket packet = new ResponsePacket();

    @Test
    void shouldEstimateWhatIsTrueOfAllSessions() {
        Random random = new Random(19);
        Queue<Integer> alive = new ArrayDeque<>();
        long repeated = 0;
        for (int session = 0; session < SESSIONS; session++) {
            nowNs += BETWEEN_NS;
            answer(session, PacketBuilder.SYN | PacketBuilder.ACK, 0, 0);
            alive.add(session);
            if (alive.size() > ALIVE) {
                repeated += play(alive.remove(), random);
            }
        }
        TargetPicture.Port port =
                TargetPicture.of(sampling, List.of(meter)).ports().get(0);
        assertTrue(sampling.oneIn() >= ALIVE / SampledSessions.SLOTS, "one in " + sampling.oneIn());
        assertEquals(1.0, (double) port.count(AnswerCount.REPEATED) / repeated, 0.05);
        assertEquals(1.0, (double) port.count(AnswerCount.SESSIONS) / SESSIONS, 0.05);
        assertEquals(SESSIONS, port.count(AnswerCount.SYN_ACKS), "what every packet says is counted, not estimated");
    }

    /** A hundred bytes, repeated by every fifth session up to four times, and a reset. */
    private int play(int session, Random random) {
        int repetitions = random.nextInt(5) == 0 ? 1 + random.nextInt(4) : 0;
        for (int i = 0; i <= repetitions; i++) {
            answer(session, PacketBuilder.ACK, 1, 100);
        }
        answer(session, PacketBuilder.RST, 101, 0);
        return repetitions;
    }

    @Test
    void shouldLookAtEverySessionAgainWhenThereAreFew() {
        sampling.setBits(5);
        for (int session = 0; session < 100; session++) {
            nowNs += 1_000_000_000L;
            answer(session, PacketBuilder.SYN | PacketBuilder.ACK, 0, 0);
        }
        assertEquals(1, sampling.oneIn());
    }

    private void answer(int session, int flags, int sequence, int payload) {
        bytes.putShort(2, (short) (40 + payload));
        bytes.putInt(16, 0x0a000000 | session >>> 14);
        bytes.putShort(22, (short) (1024 + (session & 0x3fff)));
        bytes.putInt(24, sequence).put(33, (byte) flags);
        packet.wrap(bytes);
        meter.onAnswer(packet);
    }
}
