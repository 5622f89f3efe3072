package dev.intercept.pcap.file;

/** What a capture file says of one frame. Thread rule: one thread. */
public final class Frame {

    int linkType;
    int headerBytes;
    int recordBytes;
    int capturedBytes;
    int wireBytes;
    long timestampUs;

    Frame() {}

    /** As tcpdump.org's list of link-layer header types has it. */
    public int linkType() {
        return linkType;
    }

    public int capturedBytes() {
        return capturedBytes;
    }

    /** The frame's length on the wire, at least what was captured of it. */
    public int wireBytes() {
        return Math.max(wireBytes, capturedBytes);
    }

    /** When it was captured, in microseconds since 1970. */
    public long timestampUs() {
        return timestampUs;
    }
}
