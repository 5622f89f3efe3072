package dev.intercept.answers;

import dev.intercept.packet.ResponsePacket;

/**
 * Reads the status lines of HTTP/1.x (RFC 9112, section 4) from what was captured of the answers of the sampled sessions, and
 * counts them by the first digit of the status.
 *
 * <pre>
 *   0      5     7 8 9
 *   "HTTP/1." minor ' ' class ...      a line may come in several segments
 * </pre>
 *
 * <p>A response begins where a segment does. The first data behind a request that begins otherwise is unreadable, as with TLS and
 * HTTP/2; in a session that has answered with HTTP/1.x it is the rest of an earlier, long response.
 *
 * <p>Thread rule: the capture thread of one lane. Allocates nothing.
 */
final class HttpStatuses {

    private static final AnswerCount[] CLASSES = {
        AnswerCount.HTTP_1XX, AnswerCount.HTTP_2XX, AnswerCount.HTTP_3XX, AnswerCount.HTTP_4XX, AnswerCount.HTTP_5XX
    };
    private static final String START = "HTTP/1.";
    private static final int SPACE_AT = START.length() + 1;
    private static final int CLASS_AT = SPACE_AT + 1;
    private static final int LINE_BYTES = CLASS_AT + 1;

    private final PortMeters ports;
    private final SampledSessions sessions;

    HttpStatuses(PortMeters ports, SampledSessions sessions) {
        this.ports = ports;
        this.sessions = sessions;
    }

    /**
     * Data of a session, before its sequence number is noted.
     *
     * @param payload bytes of it, captured or not; more than 0
     */
    void onData(ResponsePacket packet, int row, int slot, int payload) {
        int ahead = packet.sequence() - sessions.get(slot, SampledSessions.NEXT_SEQUENCE);
        if (ahead < 0) {
            return; // Sent before.
        }
        int before = ahead == 0 ? sessions.statusBytes[slot] : 0;
        boolean isFirst = packet.acknowledgement() - sessions.responseTo[slot] > 0;
        int read = read(packet, before, payload);
        boolean isCut = read < 0;
        int matched = isCut ? ~read : read;
        sessions.statusBytes[slot] = 0;
        if (matched == LINE_BYTES) {
            begin(packet, row, slot, CLASSES[digit(packet, before)]);
            sessions.speaksHttp[slot] = true;
        } else if (!isCut && (isFirst || before > 0 || matched > SPACE_AT)) {
            sessions.statusBytes[slot] = (byte) matched;
        } else if (before > 0 || matched > SPACE_AT || isFirst && !sessions.speaksHttp[slot]) {
            begin(packet, row, slot, AnswerCount.HTTP_UNREADABLE);
        }
    }

    private void begin(ResponsePacket packet, int row, int slot, AnswerCount kind) {
        sessions.responseTo[slot] = packet.acknowledgement();
        ports.add(row, kind, sessions.weight(slot));
    }

    /**
     * @param before how much of a status line the segments before ended with
     * @return how much of it there is with this one; where more cannot come, its complement
     */
    private static int read(ResponsePacket packet, int before, int payload) {
        int at = payloadAt(packet);
        int captured = Math.min(packet.payloadBytes(), packet.offset() + packet.capturedBytes() - at);
        int matched = before;
        for (int i = 0; i < captured && matched < LINE_BYTES; i++) {
            if (!fits(packet.buffer().get(at + i), matched)) {
                return ~matched;
            }
            matched++;
        }
        return matched == LINE_BYTES || captured == payload ? matched : ~matched;
    }

    private static boolean fits(byte value, int place) {
        if (place < START.length()) {
            return value == START.charAt(place);
        }
        if (place == SPACE_AT) {
            return value == ' ';
        }
        return place == CLASS_AT ? value >= '1' && value <= '5' : value >= '0' && value <= '9';
    }

    /** Of the class, as an index. */
    private static int digit(ResponsePacket packet, int before) {
        return packet.buffer().get(payloadAt(packet) + CLASS_AT - before) - '1';
    }

    private static int payloadAt(ResponsePacket packet) {
        return packet.offset() + packet.ipHeaderBytes() + packet.tcpHeaderBytes();
    }
}
