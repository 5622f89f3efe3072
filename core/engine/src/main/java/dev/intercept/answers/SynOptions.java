package dev.intercept.answers;

import dev.intercept.packet.ResponsePacket;

/** What a SYN/ACK offers in its options: RFC 9293, 3.1 and 3.7.1; RFC 7323, 2.2. */
final class SynOptions {

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int MAX_SEGMENT_SIZE = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int TCP_HEADER_MIN_BYTES = 20;
    private static final int MAX_SCALE = 14;
    private static final int ETHERNET_SEGMENT_BYTES = 1460;
    private static final int NONE = -1;

    private SynOptions() {}

    /** 0 to 14. */
    static byte windowScale(ResponsePacket packet) {
        int at = find(packet, WINDOW_SCALE, 1);
        return at == NONE ? 0 : (byte) Math.min(MAX_SCALE, packet.buffer().get(at) & 0xff);
    }

    /** The largest segment that it takes, without headers; it sends no larger ones as a rule. 1460 where it does not say. */
    static int maxSegmentBytes(ResponsePacket packet) {
        int at = find(packet, MAX_SEGMENT_SIZE, 2);
        return at == NONE
                ? ETHERNET_SEGMENT_BYTES
                : (packet.buffer().get(at) & 0xff) << Byte.SIZE
                        | packet.buffer().get(at + 1) & 0xff;
    }

    /** Where the value of an option with so many bytes is. */
    private static int find(ResponsePacket packet, int wanted, int bytes) {
        int at = packet.offset() + packet.ipHeaderBytes() + TCP_HEADER_MIN_BYTES;
        int end = packet.offset() + packet.ipHeaderBytes() + packet.tcpHeaderBytes();
        while (at + 1 + bytes < end) {
            int kind = packet.buffer().get(at);
            if (kind == END) {
                break;
            }
            if (kind == wanted) {
                return at + 2;
            }
            at += kind == NOP ? 1 : Math.max(2, packet.buffer().get(at + 1) & 0xff);
        }
        return NONE;
    }
}
