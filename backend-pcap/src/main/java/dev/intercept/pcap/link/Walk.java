package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/** A walk through the headers of one frame: where it stands, and what it met. Thread rule: one thread. */
final class Walk {

    /** No IP header was met. */
    static final int NONE = -1;

    /** More headers than any real frame has: ends the walk through one that was made to have no end. */
    private static final int MAX_LAYERS = 64;

    private final Decapsulation tunnels;

    private ByteBuffer frame = ByteBuffer.allocate(0);
    private int at;
    private int end;
    private int ipAt;
    private FrameKind otherKind = FrameKind.LAYERS;
    private int otherValue;

    Walk(Decapsulation tunnels) {
        this.tunnels = tunnels;
    }

    /**
     * Walks from the frame's first byte on.
     *
     * @param frame big-endian; its limit is at least {@code end}
     * @param end index behind the last captured byte
     */
    End through(ByteBuffer frame, int start, int end, Layer first) {
        this.frame = frame;
        this.at = start;
        this.end = end;
        ipAt = NONE;
        Layer layer = first;
        for (int n = 0; n < MAX_LAYERS; n++) {
            layer = layer.step(this);
            if (layer instanceof End reached) {
                return reached;
            }
        }
        return other(FrameKind.LAYERS, MAX_LAYERS);
    }

    /** Whether so many bytes were captured from here on. */
    boolean has(int bytes) {
        return bytes <= end - at;
    }

    /** Captured bytes from here on. */
    int left() {
        return end - at;
    }

    Layer skip(int bytes, Layer next) {
        if (!has(bytes)) {
            return End.CUT_SHORT;
        }
        at += bytes;
        return next;
    }

    int uint8(int offset) {
        return frame.get(at + offset) & 0xff;
    }

    int uint16(int offset) {
        return frame.getShort(at + offset) & 0xffff;
    }

    int int32(int offset) {
        return frame.getInt(at + offset);
    }

    int uint16LittleEndian(int offset) {
        return Short.reverseBytes(frame.getShort(at + offset)) & 0xffff;
    }

    int int32LittleEndian(int offset) {
        return Integer.reverseBytes(frame.getInt(at + offset));
    }

    Decapsulation tunnels() {
        return tunnels;
    }

    /** An IP packet begins here: the result, unless it is a tunnel's and there is another in it. */
    void metIp() {
        ipAt = at;
    }

    /** The index of the last IP header met, or {@link #NONE}. */
    int ipAt() {
        return ipAt;
    }

    /** Names what is here and is no IP packet. */
    End other(FrameKind kind, int value) {
        otherKind = kind;
        otherValue = value;
        return End.OTHER;
    }

    FrameKind otherKind() {
        return otherKind;
    }

    int otherValue() {
        return otherValue;
    }
}
