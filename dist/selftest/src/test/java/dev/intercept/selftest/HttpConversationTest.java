package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpConversationTest {

    private static final int IRS = 1000;
    private static final AnswerSizes SIZES = new AnswerSizes(100, 120);

    private final List<Integer> sentFlags = new ArrayList<>();
    private HttpConversation conversation;
    private TcpClient tcp;
    private int targetSequence = IRS + 1;
    private int sentBytes;

    private void open(HttpExchange... exchanges) {
        conversation = new HttpConversation(List.of(exchanges), SIZES);
        tcp = new TcpClient(0, this::count, conversation);
        conversation.speakOver(tcp);
        tcp.open(0);
        tcp.onSegment(new TargetSegment(0, 0, IRS, 1, TcpFlags.SYN | TcpFlags.ACK, 0), 0);
    }

    private void count(int flags, int sequence, int acknowledgement, byte[] payload) {
        sentFlags.add(flags);
        sentBytes += payload.length;
    }

    private void answer(int flags, int bytes) {
        tcp.onSegment(new TargetSegment(0, 0, targetSequence, 1 + sentBytes, flags | TcpFlags.ACK, bytes), 0);
        targetSequence += bytes;
    }

    private boolean hasSentFin() {
        return (sentFlags.get(sentFlags.size() - 1) & TcpFlags.FIN) != 0;
    }

    @Test
    void shouldSendTheNextRequestWhenTheAnswerIsComplete() {
        HttpExchange first = new HttpExchange(0, 0, 50, false);
        HttpExchange second = new HttpExchange(1, 300, 50, false);
        open(first, second);
        assertEquals(first.request().length, sentBytes);

        answer(0, 151);
        assertEquals(0, conversation.answered());
        answer(0, 1);

        assertEquals(1, conversation.answered());
        assertEquals(first.request().length + second.request().length, sentBytes);
    }

    @Test
    void shouldCloseAfterTheLastAnswer() {
        open(new HttpExchange(0, 0, 50, false));
        answer(0, 152);

        assertTrue(hasSentFin());
        answer(TcpFlags.FIN, 0);
        tcp.onSegment(new TargetSegment(0, 0, targetSequence + 1, 2 + sentBytes, TcpFlags.ACK, 0), 0);
        assertTrue(conversation.hasEnded());
        assertEquals(Optional.empty(), conversation.trouble());
    }

    @Test
    void shouldLetTheServerCloseWhereItWasAskedTo() {
        open(new HttpExchange(0, 0, 50, true));
        answer(0, 172);
        assertEquals(1, conversation.answered());
        assertEquals(TcpFlags.ACK, sentFlags.get(sentFlags.size() - 1));

        answer(TcpFlags.FIN, 0);
        assertTrue(hasSentFin());
    }

    @Test
    void shouldBlameATargetThatClosesTooEarly() {
        open(new HttpExchange(0, 0, 50, false), new HttpExchange(1, 0, 50, false));
        answer(0, 152);
        answer(TcpFlags.FIN, 20);

        assertEquals(
                Optional.of("the target closed the connection before its answer was complete (answer 2 of 2)"),
                conversation.trouble());
    }

    @Test
    void shouldBlameATargetThatSaysTooMuch() {
        open(new HttpExchange(0, 0, 50, false));
        answer(0, 153);

        assertEquals(
                Optional.of("the target sent 153 bytes where 152 were expected (answer 1 of 1)"),
                conversation.trouble());
    }

    @Test
    void shouldBlameAReset() {
        open(new HttpExchange(0, 0, 50, false));
        tcp.onSegment(new TargetSegment(0, 0, targetSequence, 0, TcpFlags.RST, 0), 0);

        assertTrue(conversation.hasEnded());
        assertEquals(Optional.of("the target reset the connection (answer 1 of 1)"), conversation.trouble());
    }

    @Test
    void shouldSayWhenNothingCameBack() {
        open(new HttpExchange(0, 0, 50, false));
        while (tcp.timerNs() != TcpClient.NO_TIMER) {
            tcp.onTimer(tcp.timerNs());
        }

        assertTrue(conversation.hasEnded());
        assertEquals(Optional.of("no answer came back after 8 transmissions (answer 1 of 1)"), conversation.trouble());
    }
}
