package dev.intercept.answers;

import static dev.intercept.answers.SampledSessions.ACKNOWLEDGED;
import static dev.intercept.answers.SampledSessions.ANSWERED;
import static dev.intercept.answers.SampledSessions.HAS_REQUEST;
import static dev.intercept.answers.SampledSessions.NEXT_SEQUENCE;
import static dev.intercept.answers.SampledSessions.SEGMENT_BYTES;
import static dev.intercept.answers.SampledSessions.WINDOW_EDGE;
import static dev.intercept.answers.SampledSessions.WINDOW_SCALE;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Histogram;
import java.util.function.LongSupplier;

/**
 * Looks at each answer that goes to a tunnel: counts it for its port, and where its session is in the sample sees what it says
 * about the test server: data that comes late or again, windows that close.
 *
 * <p>Sequence numbers and windows are those of RFC 9293, the window scale that of RFC 7323. Bounded, allocates nothing.
 *
 * <p>Thread rule: one for each lane, whose capture thread calls {@link #onAnswer}; any thread reads.
 */
public final class AnswerMeter {

    private static final int FLAG_FIN = 0x01;
    private static final long MISSING = Long.MIN_VALUE;
    private static final int TCP_HEADER_MIN_BYTES = 20;

    /** Packets of the sample that need no time of their own share one: a clock costs as much as all else. */
    private static final int CLOCK_PACKETS = 32;

    private final Sampling sampling;
    private final LongSupplier nanoClock;
    private final boolean isOff;
    private final PortMeters ports = new PortMeters();
    private final SampledSessions sessions;
    private final boolean readsHttp;
    private final HttpStatuses statuses;
    private long latestNs;
    private int packetsSinceRead;

    /** Of headers alone. */
    public AnswerMeter(Sampling sampling, LongSupplier nanoClock) {
        this(sampling, nanoClock, false);
    }

    /**
     * @param sampling the same for all lanes, and for the server that adds routes with this clock
     * @param readsHttp whether the first bytes of data are captured, and to be looked at
     */
    public AnswerMeter(Sampling sampling, LongSupplier nanoClock, boolean readsHttp) {
        this.sampling = sampling;
        this.nanoClock = nanoClock;
        this.isOff = sampling.isOff();
        this.readsHttp = readsHttp;
        this.sessions = new SampledSessions(sampling);
        this.statuses = new HttpStatuses(ports, sessions);
    }

    /** As {@link #onAnswer(ResponsePacket, long)}, from a backend that does not see requests. */
    public void onAnswer(ResponsePacket packet) {
        onAnswer(packet, 0);
    }

    /**
     * An answer with a route, before it is seen in {@linkplain ResponsePacket#nextPart parts}. Capture thread.
     *
     * @param firstByteDelayNs since the last byte of the request; 0 where this is not known or not the first data after it
     */
    public void onAnswer(ResponsePacket packet, long firstByteDelayNs) {
        if (isOff) {
            return;
        }
        int row = ports.row(packet.sourcePort());
        if (firstByteDelayNs != 0) {
            ports.record(row, AnswerDelay.FIRST_BYTE, firstByteDelayNs);
        }
        int payload = packet.wholePayloadBytes();
        count(packet, row, payload);
        long client = Sampling.end(packet.destinationAddress(), packet.destinationPort());
        long hash = Sampling.hash(client);
        long target = Sampling.end(packet.sourceAddress(), packet.sourcePort());
        if (packet.isSyn()) {
            onSynAck(packet, row, client, target, hash);
        } else if (sampling.takes(hash)) {
            int slot = sessions.find(client, target, hash);
            if (slot != SampledSessions.NONE) {
                onSampled(packet, row, slot, payload);
            }
        }
    }

    private void count(ResponsePacket packet, int row, int payload) {
        ports.add(row, AnswerCount.ANSWERS, 1);
        ports.add(
                row,
                payload == 0 ? AnswerCount.WITHOUT_PAYLOAD : AnswerCount.PAYLOAD_BYTES,
                payload == 0 ? 1 : payload);
        if (packet.isRst()) {
            ports.add(row, AnswerCount.RESETS, 1);
        } else if (packet.window() == 0) {
            ports.add(row, AnswerCount.ZERO_WINDOWS, 1);
        }
        if (packet.isSyn()) {
            ports.add(row, AnswerCount.SYN_ACKS, 1);
        } else if (isFin(packet)) {
            ports.add(row, AnswerCount.FINS, 1);
        }
    }

    private void onSynAck(ResponsePacket packet, int row, long client, long target, long hash) {
        int slot = sessions.find(client, target, hash);
        if (slot != SampledSessions.NONE && sessions.get(slot, NEXT_SEQUENCE) == packet.sequence() + 1) {
            ports.add(row, AnswerCount.SEGMENTS, sessions.weight(slot));
            ports.add(row, AnswerCount.REPEATED, sessions.weight(slot));
            return;
        }
        if (slot != SampledSessions.NONE) {
            sessions.end(slot); // The client uses its port again.
        }
        long nowNs = readClock();
        slot = sessions.begin(client, target, hash, nowNs);
        if (slot == SampledSessions.NONE) {
            return;
        }
        ports.add(row, AnswerCount.SESSIONS, sessions.weight(slot));
        ports.add(row, AnswerCount.SEGMENTS, sessions.weight(slot));
        sessions.set(slot, NEXT_SEQUENCE, packet.sequence() + 1);
        sessions.set(slot, ACKNOWLEDGED, packet.acknowledgement());
        sessions.responseTo[slot] = packet.acknowledgement();
        sessions.set(slot, WINDOW_SCALE, SynOptions.windowScale(packet));
        sessions.set(slot, SEGMENT_BYTES, SynOptions.maxSegmentBytes(packet));
        sessions.set(slot, WINDOW_EDGE, packet.acknowledgement() + packet.window()); // That of a SYN/ACK is not scaled.
        long addedNs = sampling.addedNs(client, hash, MISSING);
        if (addedNs != MISSING) {
            ports.record(row, AnswerDelay.SYN_ACK, nowNs - addedNs);
        }
    }

    private void onSampled(ResponsePacket packet, int row, int slot, int payload) {
        if (++packetsSinceRead == CLOCK_PACKETS) {
            readClock();
        }
        sessions.seen(slot, latestNs);
        if (packet.isRst()) {
            sessions.end(slot);
            return;
        }
        onWindow(packet, row, slot);
        if (readsHttp && payload > 0) {
            statuses.onData(packet, row, slot, payload);
        }
        int length = payload + (isFin(packet) ? 1 : 0);
        if (length > 0) {
            onSequence(packet.sequence() + length, segments(packet, payload, slot), row, slot);
        }
        int taken = packet.acknowledgement() - sessions.get(slot, ACKNOWLEDGED);
        if (taken > 0) {
            onRequest(taken, row, slot);
            sessions.set(slot, ACKNOWLEDGED, packet.acknowledgement());
        }
        if (payload > 0) {
            onData(row, slot);
        } else if (taken > 0 && sessions.requestNs(slot) == 0) {
            sessions.requestNs(slot, readClock());
        }
    }

    private long readClock() {
        packetsSinceRead = 0;
        latestNs = nanoClock.getAsLong();
        return latestNs;
    }

    /** As many as are on the wire: the host's own device may get several as one and cut it. */
    private int segments(ResponsePacket packet, int payload, int slot) {
        int options = packet.tcpHeaderBytes() - TCP_HEADER_MIN_BYTES;
        int most = Math.max(1, sessions.get(slot, SEGMENT_BYTES) - options);
        return Math.max(1, (payload + most - 1) / most);
    }

    /** @param end the sequence number behind the segment: one that does not advance was sent before */
    private void onSequence(int end, int segments, int row, int slot) {
        ports.add(row, AnswerCount.SEGMENTS, (long) segments * sessions.weight(slot));
        if (end - sessions.get(slot, NEXT_SEQUENCE) > 0) {
            sessions.set(slot, NEXT_SEQUENCE, end);
        } else {
            ports.add(row, AnswerCount.REPEATED, (long) segments * sessions.weight(slot));
        }
    }

    /** @param taken sequence numbers of the client that are acknowledged for the first time; a FIN is one */
    private void onRequest(int taken, int row, int slot) {
        if (taken > 1 && sessions.get(slot, HAS_REQUEST) == 0) {
            sessions.set(slot, HAS_REQUEST, 1);
            ports.add(row, AnswerCount.REQUESTS, sessions.weight(slot));
        }
    }

    private void onData(int row, int slot) {
        sessions.set(slot, HAS_REQUEST, 0);
        if (sessions.get(slot, ANSWERED) == 0) {
            sessions.set(slot, ANSWERED, 1);
            ports.add(row, AnswerCount.SESSIONS_ANSWERED, sessions.weight(slot));
        }
        if (sessions.requestNs(slot) != 0) {
            ports.record(row, AnswerDelay.DATA, readClock() - sessions.requestNs(slot));
            sessions.requestNs(slot, 0);
        }
    }

    private void onWindow(ResponsePacket packet, int row, int slot) {
        int edge = packet.acknowledgement() + (packet.window() << sessions.get(slot, WINDOW_SCALE));
        // Less than one unit of the scale is rounding.
        if (edge - sessions.get(slot, WINDOW_EDGE) <= -(1 << sessions.get(slot, WINDOW_SCALE))) {
            ports.add(row, AnswerCount.SHRUNK_WINDOWS, sessions.weight(slot));
        }
        sessions.set(slot, WINDOW_EDGE, edge);
    }

    private static boolean isFin(ResponsePacket packet) {
        return (packet.flags() & FLAG_FIN) != 0;
    }

    /** The port of a row, see {@link TargetPicture}. */
    int port(int row) {
        return ports.port(row);
    }

    long count(int row, AnswerCount count) {
        return ports.count(row, count);
    }

    Histogram delays(int row, AnswerDelay delay) {
        return ports.delays(row, delay);
    }
}
