package dev.intercept.monitor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
                        + " zero windows 0, shrunk 0; SYN/ACK after 0.201 ms, 99 % within 0.203 ms;"
                        + " data after 29.8 ms, 99 % within 30.0 ms\n",
                text());
    }

    @Test
    void shouldSayHowLongAfterTheirRequestsAnswersCameWhereTheBackendKnows() {
        packet.wrap(new PacketBuilder()
                .flags(PacketBuilder.ACK)
                .payload(new byte[7])
                .toBuffer());
        meter.onAnswer(packet, 40_000_000);
        assertTrue(text().endsWith("; first byte after 39.5 ms, 99 % within 40.0 ms\n"), text());
        assertTrue(
                TargetPicture.of(sampling, List.of(meter)).line().endsWith(" data_p99_us:0 first_byte_p99_us:39990"));
    }

    @Test
    void shouldSayWhichStatusesHttpResponsesHave() {
        AnswerMeter reader = new AnswerMeter(sampling, () -> nowNs, true);
        for (int session = 0; session < 4; session++) {
            hear(reader, session, PacketBuilder.SYN | PacketBuilder.ACK, 0, 1, "");
            hear(
                    reader,
                    session,
                    PacketBuilder.ACK,
                    1,
                    101,
                    session == 3 ? "SSH-2.0" : "HTTP/1.1 " + (200 + session / 2 * 303));
        }
        String text = TargetReport.text(TargetReport.json(TargetPicture.of(sampling, List.of(reader))));
        assertTrue(text.endsWith("; HTTP 2xx 2, 5xx 1, unreadable 1\n"), text);
        assertFalse(TargetReport.json(TargetPicture.of(sampling, List.of(meter)))
                .toString()
                .contains("http"));
    }

    private void hear(AnswerMeter reader, int session, int flags, int sequence, int acknowledgement, String data) {
        packet.wrap(new PacketBuilder()
                .to(TestNetwork.client(1), 20000 + session)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .payload(data.getBytes(US_ASCII))
                .toBuffer());
        reader.onAnswer(packet);
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
