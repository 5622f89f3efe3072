package dev.intercept.selftest;

import java.util.ArrayDeque;
import java.util.List;

/**
 * One session of a tcpcopy 0.9.0, by the rules of its published source (2013). It follows the target's stream loosely: it
 * acknowledges whatever came last, takes the first segment with payload for the whole answer, and knows no timer. What it
 * cannot send again when the target asks for it twice, it gives up with the requests that are left.
 */
final class LooseSession {

    private record Sent(int sequence, int flags, byte[] payload) {
        int endSequence() {
            return sequence + payload.length + ((flags & (TcpFlags.SYN | TcpFlags.FIN)) != 0 ? 1 : 0);
        }
    }

    private static final byte[] NOTHING = {};

    private final TcpClient.Output output;
    private final ArrayDeque<byte[]> requests;
    private final int copies;
    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();
    private int sendNext;
    private int acknowledgement;
    private boolean isWaiting;
    private boolean wasBare;
    private int lastAcknowledged;
    private boolean ended;
    private boolean gaveUp;

    /** @param copies of each request: more than one where the real client sent it again, which is copied like the first */
    LooseSession(int initialSequence, TcpClient.Output output, List<byte[]> requests, int copies) {
        this.copies = copies;
        this.sendNext = initialSequence;
        this.output = output;
        this.requests = new ArrayDeque<>(requests);
    }

    void open() {
        transmit(TcpFlags.SYN, NOTHING);
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether it reset the connection by itself. */
    boolean gaveUp() {
        return gaveUp;
    }

    void onSegment(TargetSegment segment) {
        if (ended) {
            return;
        }
        unacknowledged.removeIf(sent -> sent.endSequence() - segment.acknowledgement() <= 0);
        boolean isBare = segment.payloadBytes() == 0 && !segment.has(TcpFlags.FIN | TcpFlags.SYN | TcpFlags.RST);
        if (segment.has(TcpFlags.RST)) {
            ended = true;
        } else if (segment.has(TcpFlags.FIN)) {
            takeFin(segment);
        } else if (isBare) {
            takeBare(segment.acknowledgement());
        } else {
            takeAnswer(segment);
        }
        wasBare = isBare;
        lastAcknowledged = segment.acknowledgement();
    }

    private void takeFin(TargetSegment segment) {
        acknowledgement = segment.sequence() + length(segment) + 1;
        put(new Sent(sendNext, TcpFlags.ACK, NOTHING));
        put(new Sent(sendNext, TcpFlags.RST | TcpFlags.ACK, NOTHING));
        ended = true;
    }

    /** Also the handshake's. */
    private void takeAnswer(TargetSegment segment) {
        acknowledgement = segment.sequence() + length(segment);
        put(new Sent(sendNext, TcpFlags.ACK, NOTHING));
        if (segment.has(TcpFlags.SYN) || isWaiting) {
            sendNext();
        }
    }

    /** In 16 bits, as the header has it. */
    private static int length(TargetSegment segment) {
        return segment.payloadBytes() & 0xffff | (segment.has(TcpFlags.SYN) ? 1 : 0);
    }

    private void sendNext() {
        isWaiting = !requests.isEmpty();
        if (isWaiting) {
            transmit(TcpFlags.ACK | TcpFlags.PSH, requests.removeFirst());
        } else {
            transmit(TcpFlags.ACK | TcpFlags.FIN, NOTHING);
        }
    }

    private void takeBare(int acknowledged) {
        if (!wasBare || acknowledged != lastAcknowledged) {
            return;
        }
        Sent missing = unacknowledged.stream()
                .filter(sent -> sent.sequence() == acknowledged)
                .findFirst()
                .orElse(null);
        if (missing != null) {
            put(missing);
        } else {
            put(new Sent(sendNext, TcpFlags.RST | TcpFlags.ACK, NOTHING));
            gaveUp = true;
            ended = true;
        }
    }

    private void transmit(int flags, byte[] payload) {
        Sent sent = new Sent(sendNext, flags, payload);
        unacknowledged.addLast(sent);
        sendNext = sent.endSequence();
        for (int i = payload.length > 0 ? copies : 1; i > 0; i--) {
            put(sent);
        }
    }

    private void put(Sent sent) {
        output.send(sent.flags(), sent.sequence(), sent.flags() == TcpFlags.SYN ? 0 : acknowledgement, sent.payload());
    }
}
