package dev.intercept.selftest;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The client's end of one TCP connection whose peer is a real TCP: the states of RFC 9293 that an active opener goes
 * through, fed with headers instead of packets.
 *
 * <p>No congestion control and no flow control: a request is far smaller than any window. What is lost either way is sent
 * again, on a timer that doubles (RFC 6298) or because the target asks. Time is handed in; nothing here knows a clock.
 *
 * <p>Thread rule: one thread.
 */
final class TcpClient {

    /** RFC 9293, 3.3.2, without LISTEN and SYN-RECEIVED, which a client never enters; the last two are failures. */
    enum State {
        CLOSED,
        SYN_SENT,
        ESTABLISHED,
        FIN_WAIT_1,
        FIN_WAIT_2,
        CLOSING,
        TIME_WAIT,
        CLOSE_WAIT,
        LAST_ACK,
        /** The target reset the connection. */
        RESET,
        /** {@link #MAX_TRIES} transmissions of the same segment brought no acknowledgement. */
        GAVE_UP
    }

    /** Sends one packet to the target; it may get lost. */
    interface Output {
        void send(int flags, int sequence, int acknowledgement, byte[] payload);
    }

    /** What uses this connection. Called on the connection's thread; may call back. */
    interface User {
        void established(long nowNs);

        /** @param totalBytes received in order since the beginning */
        void received(long totalBytes, long nowNs);

        /** The target will send nothing more. */
        void peerClosed(long nowNs);

        /** Closed both ways, reset, or given up: see {@link #state}. Called once. */
        void ended();
    }

    /** Fits every network: what the target announces is cut off in some messages. */
    static final int MAX_SEGMENT_BYTES = 1400;

    static final int MAX_TRIES = 8;
    static final long FIRST_TIMEOUT_NS = 300_000_000L;
    static final long MAX_TIMEOUT_NS = 3_000_000_000L;
    static final long NO_TIMER = Long.MAX_VALUE;

    private static final byte[] NOTHING = {};

    /** A segment that takes sequence numbers and is not acknowledged yet. */
    private record Sent(int flags, int sequence, byte[] payload) {
        int endSequence() {
            return sequence + payload.length + ((flags & (TcpFlags.SYN | TcpFlags.FIN)) != 0 ? 1 : 0);
        }
    }

    private final Output output;
    private final User user;
    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();

    private State state = State.CLOSED;
    private int sendNext;
    private ReceivedBytes received = new ReceivedBytes(0);
    private int finSequence;
    private boolean finSeen;
    private boolean finTaken;
    private boolean acknowledgementDue;

    private long timerNs = NO_TIMER;
    private int tries;
    private long retransmissions;

    TcpClient(int initialSequence, Output output, User user) {
        this.sendNext = initialSequence;
        this.output = output;
        this.user = user;
    }

    State state() {
        return state;
    }

    /** Packets sent again because no acknowledgement came in time. */
    long retransmissions() {
        return retransmissions;
    }

    /** When {@link #onTimer} must be called; {@link #NO_TIMER} while nothing is outstanding. */
    long timerNs() {
        return timerNs;
    }

    void open(long nowNs) {
        state = State.SYN_SENT;
        transmit(TcpFlags.SYN, NOTHING, nowNs);
    }

    /** Sends data, cut into segments. */
    void send(byte[] data, long nowNs) {
        for (int at = 0; at < data.length; at += MAX_SEGMENT_BYTES) {
            int end = Math.min(data.length, at + MAX_SEGMENT_BYTES);
            int push = end == data.length ? TcpFlags.PSH : 0;
            transmit(TcpFlags.ACK | push, Arrays.copyOfRange(data, at, end), nowNs);
        }
    }

    /** Nothing more will be sent. */
    void close(long nowNs) {
        if (state == State.ESTABLISHED || state == State.CLOSE_WAIT) {
            state = state == State.ESTABLISHED ? State.FIN_WAIT_1 : State.LAST_ACK;
            transmit(TcpFlags.FIN | TcpFlags.ACK, NOTHING, nowNs);
        }
    }

    /** The timer ran out: everything outstanding is sent again, or the connection is given up. */
    void onTimer(long nowNs) {
        if (unacknowledged.isEmpty()) {
            timerNs = NO_TIMER;
            return;
        }
        if (tries >= MAX_TRIES) {
            end(State.GAVE_UP);
            return;
        }
        retransmissions += unacknowledged.size();
        unacknowledged.forEach(this::put);
        startTimer(nowNs);
    }

    /** One header came back from the target. */
    void onSegment(TargetSegment segment, long nowNs) {
        switch (state) {
            case CLOSED, RESET, GAVE_UP -> {}
            case SYN_SENT -> onSynSent(segment, nowNs);
            default -> onSynchronized(segment, nowNs);
        }
    }

    private void onSynSent(TargetSegment segment, long nowNs) {
        boolean answersOurSyn = segment.has(TcpFlags.ACK) && segment.acknowledgement() == sendNext;
        if (!answersOurSyn) {
            return;
        }
        if (segment.has(TcpFlags.RST)) {
            end(State.RESET);
        } else if (segment.has(TcpFlags.SYN)) {
            received = new ReceivedBytes(segment.sequence() + 1);
            state = State.ESTABLISHED;
            acknowledgementDue = true;
            takeAcknowledgement(segment.acknowledgement(), nowNs);
            user.established(nowNs);
            acknowledgeIfDue();
        }
    }

    private void onSynchronized(TargetSegment segment, long nowNs) {
        if (segment.has(TcpFlags.RST)) {
            if (state != State.TIME_WAIT && segment.sequence() == receiveNext()) {
                end(State.RESET);
            }
            return;
        }
        if (segment.has(TcpFlags.ACK)) {
            takeAcknowledgement(segment.acknowledgement(), nowNs);
        }
        // A SYN here is the handshake's, sent again because our acknowledgement of it was lost.
        acknowledgementDue = segment.payloadBytes() > 0 || segment.has(TcpFlags.FIN) || segment.has(TcpFlags.SYN);
        takePayload(segment, nowNs);
        takeFin(segment, nowNs);
        acknowledgeIfDue();
    }

    private void takeAcknowledgement(int acknowledgement, long nowNs) {
        boolean isNew = false;
        while (!unacknowledged.isEmpty()
                && unacknowledged.peekFirst().endSequence() - acknowledgement <= 0
                && acknowledgement - sendNext <= 0) {
            isNew = true;
            unacknowledged.removeFirst();
        }
        if (!isNew) {
            return;
        }
        tries = 0;
        timerNs = NO_TIMER;
        if (!unacknowledged.isEmpty()) {
            startTimer(nowNs);
        } else {
            takeAcknowledgementOfFin();
        }
    }

    private void takeAcknowledgementOfFin() {
        switch (state) {
            case FIN_WAIT_1 -> state = State.FIN_WAIT_2;
            case CLOSING -> end(State.TIME_WAIT);
            case LAST_ACK -> end(State.CLOSED);
            default -> {}
        }
    }

    private void takePayload(TargetSegment segment, long nowNs) {
        if (finTaken || segment.payloadBytes() == 0) {
            return;
        }
        long before = received.inOrder();
        received.add(segment.sequence(), segment.payloadBytes());
        if (received.inOrder() > before) {
            user.received(received.inOrder(), nowNs);
        }
    }

    /** FIN counts when every byte before it has come; the header that brings the last of them may not be the one with FIN. */
    private void takeFin(TargetSegment segment, long nowNs) {
        if (segment.has(TcpFlags.FIN) && !finSeen) {
            finSeen = true;
            finSequence = segment.sequence() + segment.payloadBytes();
        }
        if (!finSeen || finTaken || finSequence != received.nextSequence()) {
            return;
        }
        finTaken = true;
        acknowledgementDue = true;
        switch (state) {
            case ESTABLISHED -> {
                state = State.CLOSE_WAIT;
                user.peerClosed(nowNs);
            }
            case FIN_WAIT_1 -> state = State.CLOSING;
            case FIN_WAIT_2 -> {
                acknowledgeIfDue();
                end(State.TIME_WAIT);
            }
            default -> {}
        }
    }

    private int receiveNext() {
        return received.nextSequence() + (finTaken ? 1 : 0);
    }

    private void acknowledgeIfDue() {
        if (acknowledgementDue && state != State.RESET) {
            acknowledgementDue = false;
            output.send(TcpFlags.ACK, sendNext, receiveNext(), NOTHING);
        }
    }

    private void transmit(int flags, byte[] payload, long nowNs) {
        Sent sent = new Sent(flags, sendNext, payload);
        unacknowledged.addLast(sent);
        sendNext = sent.endSequence();
        put(sent);
        if (timerNs == NO_TIMER) {
            startTimer(nowNs);
        }
    }

    private void put(Sent sent) {
        boolean isFirst = sent.flags() == TcpFlags.SYN;
        acknowledgementDue = acknowledgementDue && isFirst;
        output.send(sent.flags(), sent.sequence(), isFirst ? 0 : receiveNext(), sent.payload());
    }

    private void startTimer(long nowNs) {
        timerNs = nowNs + Math.min(MAX_TIMEOUT_NS, FIRST_TIMEOUT_NS << tries);
        tries++;
    }

    private void end(State last) {
        state = last;
        timerNs = NO_TIMER;
        unacknowledged.clear();
        user.ended();
    }
}
