package dev.intercept.selftest;

import static dev.intercept.selftest.TcpFlags.ACK;
import static dev.intercept.selftest.TcpFlags.FIN;
import static dev.intercept.selftest.TcpFlags.PSH;
import static dev.intercept.selftest.TcpFlags.RST;
import static dev.intercept.selftest.TcpFlags.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.selftest.TcpClient.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TcpClientTest implements TcpClient.Output, TcpClient.User {

    private static final int ISS = -5; // Sequence numbers wrap within the first bytes.
    private static final int IRS = 0x7fff_fff0;

    private record Packet(int flags, int sequence, int acknowledgement, int payloadBytes) {}

    private final List<Packet> sent = new ArrayList<>();
    private final TcpClient client = new TcpClient(ISS, this, this);
    private long nowNs;
    private boolean isEstablished;
    private boolean closesBack = true;
    private long receivedBytes;
    private int endings;

    @Override
    public void send(int flags, int sequence, int acknowledgement, byte[] payload) {
        sent.add(new Packet(flags, sequence, acknowledgement, payload.length));
    }

    @Override
    public void established(long now) {
        isEstablished = true;
    }

    @Override
    public void received(long totalBytes, long now) {
        receivedBytes = totalBytes;
    }

    @Override
    public void peerClosed(long now) {
        if (closesBack) {
            client.close(now);
        }
    }

    @Override
    public void ended() {
        endings++;
    }

    /** A segment from the target; both numbers count from the initial ones. */
    private void arrives(int flags, int sequence, int acknowledgement, int payloadBytes) {
        client.onSegment(new TargetSegment(0, 0, IRS + sequence, ISS + acknowledgement, flags, payloadBytes), nowNs);
    }

    /** The last packet sent; its numbers count from the initial ones. */
    private void assertLastSent(int flags, int sequence, int acknowledgement, int payloadBytes) {
        Packet last = sent.get(sent.size() - 1);
        assertEquals(new Packet(flags, ISS + sequence, IRS + acknowledgement, payloadBytes), last);
    }

    private void establish() {
        client.open(nowNs);
        arrives(SYN | ACK, 0, 1, 0);
    }

    private void passTimer() {
        nowNs = client.timerNs();
        client.onTimer(nowNs);
    }

    @Test
    void shouldCompleteTheHandshake() {
        client.open(nowNs);
        assertEquals(List.of(new Packet(SYN, ISS, 0, 0)), sent);

        arrives(SYN | ACK, 0, 1, 0);

        assertTrue(isEstablished);
        assertEquals(State.ESTABLISHED, client.state());
        assertLastSent(ACK, 1, 1, 0);
        assertEquals(TcpClient.NO_TIMER, client.timerNs());
    }

    @Test
    void shouldSendSynAgainWhenNoAnswerComes() {
        client.open(nowNs);
        assertEquals(TcpClient.FIRST_TIMEOUT_NS, client.timerNs());

        passTimer();

        assertEquals(List.of(new Packet(SYN, ISS, 0, 0), new Packet(SYN, ISS, 0, 0)), sent);
        assertEquals(nowNs + 2 * TcpClient.FIRST_TIMEOUT_NS, client.timerNs());
        assertEquals(1, client.retransmissions());
    }

    @Test
    void shouldGiveUpAfterTheLastTry() {
        client.open(nowNs);
        for (int i = 0; i < TcpClient.MAX_TRIES; i++) {
            passTimer();
        }

        assertEquals(State.GAVE_UP, client.state());
        assertEquals(TcpClient.MAX_TRIES, sent.size());
        assertEquals(1, endings);
        assertEquals(TcpClient.NO_TIMER, client.timerNs());
    }

    @Test
    void shouldBeResetWhenNothingListensOnTheTarget() {
        client.open(nowNs);
        arrives(RST | ACK, 0, 1, 0);

        assertEquals(State.RESET, client.state());
        assertEquals(1, endings);
    }

    @Test
    void shouldIgnoreAnAnswerToSomeOtherSyn() {
        client.open(nowNs);
        arrives(SYN | ACK, 0, 7, 0);
        arrives(RST | ACK, 0, 7, 0);

        assertEquals(State.SYN_SENT, client.state());
        assertEquals(1, sent.size());
    }

    @Test
    void shouldAcknowledgeAgainWhenTheTargetRepeatsItsSynAck() {
        establish();
        sent.clear();

        arrives(SYN | ACK, 0, 1, 0);

        assertLastSent(ACK, 1, 1, 0);
    }

    @Test
    void shouldCutARequestIntoSegments() {
        establish();
        sent.clear();

        client.send(new byte[TcpClient.MAX_SEGMENT_BYTES + 10], nowNs);

        assertEquals(
                List.of(
                        new Packet(ACK, ISS + 1, IRS + 1, TcpClient.MAX_SEGMENT_BYTES),
                        new Packet(PSH | ACK, ISS + 1 + TcpClient.MAX_SEGMENT_BYTES, IRS + 1, 10)),
                sent);
    }

    @Test
    void shouldSendOnlyWhatIsUnacknowledgedAgain() {
        establish();
        client.send(new byte[TcpClient.MAX_SEGMENT_BYTES + 10], nowNs);
        arrives(ACK, 1, 1 + TcpClient.MAX_SEGMENT_BYTES, 0);
        sent.clear();

        passTimer();

        assertEquals(List.of(new Packet(PSH | ACK, ISS + 1 + TcpClient.MAX_SEGMENT_BYTES, IRS + 1, 10)), sent);
    }

    @Test
    void shouldStopTheTimerWhenEverythingIsAcknowledged() {
        establish();
        client.send(new byte[10], nowNs);
        arrives(ACK, 1, 11, 0);

        assertEquals(TcpClient.NO_TIMER, client.timerNs());
    }

    @Test
    void shouldIgnoreAnAcknowledgementOfBytesItNeverSent() {
        establish();
        client.send(new byte[10], nowNs);
        arrives(ACK, 1, 12, 0);

        assertFalse(client.timerNs() == TcpClient.NO_TIMER);
    }

    @Test
    void shouldAcknowledgeByTheLengthsInTheHeaders() {
        establish();

        arrives(ACK, 1, 1, 65_000);
        assertLastSent(ACK, 1, 65_001, 0);
        arrives(PSH | ACK, 65_001, 1, 12);

        assertLastSent(ACK, 1, 65_013, 0);
        assertEquals(65_012, receivedBytes);
    }

    @Test
    void shouldNotAnswerABareAcknowledgement() {
        establish();
        sent.clear();

        arrives(ACK, 1, 1, 0);

        assertEquals(List.of(), sent);
    }

    @Test
    void shouldAskForTheMissingBytesWhenAHeaderIsLost() {
        establish();

        arrives(ACK, 101, 1, 100);
        assertLastSent(ACK, 1, 1, 0);
        assertEquals(0, receivedBytes);

        arrives(ACK, 1, 1, 100);
        assertLastSent(ACK, 1, 201, 0);
        assertEquals(200, receivedBytes);
    }

    @Test
    void shouldCountRepeatedBytesOnce() {
        establish();
        arrives(ACK, 1, 1, 100);
        arrives(ACK, 1, 1, 150);
        arrives(ACK, 51, 1, 100);

        assertEquals(150, receivedBytes);
        assertLastSent(ACK, 1, 151, 0);
    }

    @Test
    void shouldCloseFirst() {
        establish();
        client.close(nowNs);
        assertLastSent(FIN | ACK, 1, 1, 0);
        assertEquals(State.FIN_WAIT_1, client.state());

        arrives(ACK, 1, 2, 0);
        assertEquals(State.FIN_WAIT_2, client.state());

        arrives(FIN | ACK, 1, 2, 0);
        assertEquals(State.TIME_WAIT, client.state());
        assertLastSent(ACK, 2, 2, 0);
        assertEquals(1, endings);
    }

    @Test
    void shouldCloseWhenOneSegmentAcknowledgesAndCloses() {
        establish();
        client.close(nowNs);
        arrives(FIN | ACK, 1, 2, 0);

        assertEquals(State.TIME_WAIT, client.state());
        assertLastSent(ACK, 2, 2, 0);
    }

    @Test
    void shouldCloseWhenBothCloseAtOnce() {
        establish();
        client.close(nowNs);
        arrives(FIN | ACK, 1, 1, 0);
        assertEquals(State.CLOSING, client.state());

        arrives(ACK, 2, 2, 0);
        assertEquals(State.TIME_WAIT, client.state());
        assertEquals(1, endings);
    }

    @Test
    void shouldCloseAfterTheTarget() {
        establish();
        arrives(FIN | ACK, 1, 1, 30);
        assertEquals(30, receivedBytes);
        assertEquals(State.LAST_ACK, client.state());
        assertLastSent(FIN | ACK, 1, 32, 0);

        arrives(ACK, 32, 2, 0);
        assertEquals(State.CLOSED, client.state());
        assertEquals(1, endings);
    }

    @Test
    void shouldKeepItsOwnEndOpenUntilItsUserCloses() {
        closesBack = false;
        establish();
        arrives(FIN | ACK, 1, 1, 0);
        assertEquals(State.CLOSE_WAIT, client.state());
        assertLastSent(ACK, 1, 2, 0);

        client.close(nowNs);
        assertLastSent(FIN | ACK, 1, 2, 0);
    }

    @Test
    void shouldTakeAFinThatCameBeforeTheLastBytes() {
        establish();
        arrives(FIN | ACK, 101, 1, 50);
        assertEquals(State.ESTABLISHED, client.state());

        arrives(ACK, 1, 1, 100);
        assertEquals(State.LAST_ACK, client.state());
        assertEquals(150, receivedBytes);
        assertLastSent(FIN | ACK, 1, 152, 0);
    }

    @Test
    void shouldAcknowledgeARepeatedFinAfterTheEnd() {
        establish();
        client.close(nowNs);
        arrives(FIN | ACK, 1, 2, 0);
        sent.clear();

        arrives(FIN | ACK, 1, 2, 0);

        assertEquals(List.of(new Packet(ACK, ISS + 2, IRS + 2, 0)), sent);
        assertEquals(1, endings);
    }

    @Test
    void shouldBeResetOnlyByTheExpectedSequenceNumber() {
        establish();
        arrives(RST, 50, 0, 0);
        assertEquals(State.ESTABLISHED, client.state());

        arrives(RST, 1, 0, 0);
        assertEquals(State.RESET, client.state());
        assertEquals(1, endings);
    }

    @Test
    void shouldNotMindAResetAfterTheEnd() {
        establish();
        client.close(nowNs);
        arrives(FIN | ACK, 1, 2, 0);
        arrives(RST, 2, 0, 0);

        assertEquals(State.TIME_WAIT, client.state());
        assertEquals(1, endings);
    }

    @Test
    void shouldSendFinAgainUntilItIsAcknowledged() {
        establish();
        client.close(nowNs);
        sent.clear();
        passTimer();
        assertLastSent(FIN | ACK, 1, 1, 0);

        arrives(ACK, 1, 2, 0);
        assertEquals(TcpClient.NO_TIMER, client.timerNs());
    }
}
