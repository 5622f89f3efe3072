package dev.intercept.answers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A session whose answers begin in all the ways that answers do. */
class HttpStatusesTest {

    private static final int HEADERS = 40;

    private final Sampling sampling = new Sampling();
    private AnswerMeter meter = new AnswerMeter(sampling, () -> 0, true);
    private final ResponsePacket packet = new ResponsePacket();
    private int sequence = -4;
    private int requests = 1;

    HttpStatusesTest() {
        begin();
    }

    private void begin() {
        send(PacketBuilder.SYN | PacketBuilder.ACK, "", 0);
        sequence++;
    }

    private void request() {
        requests += 100;
    }

    private void respond(String data) {
        send(PacketBuilder.ACK, data, data.length());
        sequence += data.length();
    }

    /** @param length of the data; what of it is longer than the text is not captured */
    private void send(int flags, String captured, int length) {
        ByteBuffer bytes = new PacketBuilder()
                .to(TestNetwork.client(1), 40001)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(requests)
                .payload(captured.getBytes(US_ASCII))
                .totalLength(HEADERS + length > 0xffff ? 0 : HEADERS + length)
                .toBuffer();
        assertEquals(ResponsePacket.Kind.TCP, packet.wrap(bytes, HEADERS + length));
        meter.onAnswer(packet);
    }

    /** The classes that are not 0. */
    private String counted() {
        TargetPicture.Port port =
                TargetPicture.of(sampling, List.of(meter)).ports().get(0);
        Map<String, Long> counts = new TreeMap<>();
        for (AnswerCount count : AnswerCount.values()) {
            if (count.isHttp() && port.count(count) > 0) {
                counts.put(count.httpClass(), port.count(count));
            }
        }
        return counts.toString();
    }

    @Test
    void shouldCountResponsesByTheirClass() {
        for (String line : List.of(
                "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 \r\n", "HTTP/1.1 301 Moved", "HTTP/1.1 503", "HTTP/1.1 204")) {
            request();
            respond(line);
        }
        assertEquals("{2xx=2, 3xx=1, 4xx=1, 5xx=1}", counted());
    }

    @Test
    void shouldCountAResponseOnceHoweverManySegmentsItHas() {
        request();
        respond("HTTP/1.1 200 OK\r\n\r\n<html>");
        respond("<p>HTTP/1.1 500 is an error");
        respond("</html>");
        assertEquals("{2xx=1}", counted());
    }

    @Test
    void shouldReadAStatusLineThatComesInPieces() {
        for (int cut = 1; cut < 12; cut++) {
            request();
            respond("HTTP/1.1 502 Bad".substring(0, cut));
            respond("HTTP/1.1 502 Bad".substring(cut));
        }
        request();
        for (char piece : "HTTP/1.1 200".toCharArray()) {
            respond(String.valueOf(piece));
        }
        assertEquals("{2xx=1, 5xx=11}", counted());
    }

    @Test
    void shouldNotCountAgainWhatIsSentAgain() {
        request();
        respond("HTTP/1.1 200 OK");
        sequence -= 15;
        respond("HTTP/1.1 200 OK");
        assertEquals("{2xx=1}", counted());
    }

    @Test
    void shouldCountBothOfAContinueAndWhatFollows() {
        request();
        respond("HTTP/1.1 100 Continue\r\n\r\n");
        respond("HTTP/1.1 201 Created");
        assertEquals("{1xx=1, 2xx=1}", counted());
    }

    @Test
    void shouldCountWhatCannotBeReadApartAndOncePerRequest() {
        request();
        respond("\u0016\u0003\u0003 tls");
        respond("more of it");
        request();
        respond("HTTP/2 200");
        request();
        respond("HTTP/1.1 999 ?");
        request();
        respond("HTT");
        respond("X");
        assertEquals("{unreadable=4}", counted());
    }

    @Test
    void shouldTakeDataForTheRestOfAnEarlierResponseWhereTheNextRequestComesEarly() {
        request();
        respond("HTTP/1.1 200 OK\r\n\r\n");
        request();
        respond("the rest of it");
        respond("HTTP/1.1 404 Not Found");
        assertEquals("{2xx=1, 4xx=1}", counted());
    }

    @Test
    void shouldReadTheFirstBytesOfASegmentLongerThanATotalLengthCanSay() {
        request();
        send(PacketBuilder.ACK, "HTTP/1.1 200 OK\r\nServer: x\r\n", 150_000);
        sequence += 150_000;
        request();
        respond("HTTP/1.1 500 Internal Server Error");
        assertEquals("{2xx=1, 5xx=1}", counted());
    }

    @Test
    void shouldCallUnreadableWhatWasNotCaptured() {
        request();
        send(PacketBuilder.ACK, "", 1000);
        sequence += 1000;
        request();
        send(PacketBuilder.ACK, "HTTP/1.1", 1000);
        assertEquals("{unreadable=2}", counted());
    }

    @Test
    void shouldNotTakeTheGreetingOfAServerForAnAnswer() {
        respond("220 mail ready");
        assertEquals("{}", counted());
    }

    @Test
    void shouldReadNothingUnlessAskedTo() {
        meter = new AnswerMeter(sampling, () -> 0);
        begin();
        request();
        respond("HTTP/1.1 200 OK");
        assertEquals("{}", counted());
    }
}
