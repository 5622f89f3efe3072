package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.answers.TargetPicture;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetReportTest {

    private static final int CLIENT = PacketBuilder.address(TestNetwork.client(1));

    private long nowNs;
    private final Sampling sampling = new Sampling();
    private final AnswerMeter meter = new AnswerMeter(sampling, () -> nowNs);
    private final ResponsePacket packet = new ResponsePacket();

    @Test
    void shouldSayNothingBeforeTheFirstAnswer() {
        assertEquals("", text());
    }

    @Test
    void shouldSayForEachPortHowItDoes() {
        sampling.onRoute(CLIENT, 10000, () -> nowNs);
        nowNs += 200_000;
        answer(PacketBuilder.SYN | PacketBuilder.ACK, 0, 1, 0);
        answer(PacketBuilder.ACK, 1, 101, 0);
        nowNs += 30_000_000;
        answer(PacketBuilder.ACK, 1, 101, 1000);
        answer(PacketBuilder.ACK, 1, 101, 1000);
        answer(PacketBuilder.FIN | PacketBuilder.ACK, 1001, 101, 0);
        assertEquals(
                "target port 8080: 5 answers, 2000 bytes of data; 1 sessions, 1 with data; 1 FIN, 0 RST; sent again 1,"
                        + " zero windows 0, shrunk 0; SYN/ACK after 0.195 ms, 99 % within 0.203 ms;"
                        + " data after 29.0 ms, 99 % within 30.0 ms\n",
                text());
    }

    private String text() {
        return TargetReport.text(TargetReport.json(TargetPicture.of(sampling, List.of(meter))));
    }

    private void answer(int flags, int sequence, int acknowledgement, int payload) {
        packet.wrap(new PacketBuilder()
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .payload(new byte[payload])
                .toBuffer());
        meter.onAnswer(packet);
    }
}
