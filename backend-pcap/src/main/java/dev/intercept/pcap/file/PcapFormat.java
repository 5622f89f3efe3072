package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteOrder;

/**
 * The classic format, pcap-savefile(5), in either byte order.
 *
 * <pre>
 *   file                                            record
 *    0  magic: a1b2c3d4 microseconds,                0  seconds
 *       a1b23c4d nanoseconds, a1b2cd34 with          4  microseconds or nanoseconds
 *       longer records (a patched libpcap of 1998)   8  captured bytes
 *    4  version                                     12  bytes on the wire
 *   16  snapshot length, not looked at              16  the frame, or 8 more bytes before it
 *   20  link type, in the lower 26 bits
 * </pre>
 */
final class PcapFormat implements Format {

    static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
    static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    static final int MAGIC_LONG_RECORDS = 0xa1b2cd34;

    static final int FILE_HEADER_BYTES = 24;
    private static final int LINK_TYPE_OFFSET = 20;
    private static final int LINK_TYPE_MASK = 0x03ffffff;

    private static final int RECORD_BYTES = 16;
    private static final int LONG_RECORD_BYTES = 24;
    private static final int FRACTION_OFFSET = 4;
    private static final int CAPTURED_OFFSET = 8;
    private static final int WIRE_OFFSET = 12;

    private static final int MAX_FRAME_BYTES = Window.MAX_BYTES - LONG_RECORD_BYTES;

    private final ByteOrder order;
    private final boolean hasNanoseconds;
    private final int recordBytes;
    private final int linkType;

    /** @param window stands at the file's header, which is there; stands behind it then */
    PcapFormat(Window window, ByteOrder order) {
        this.order = order;
        int magic = window.int32(0, order);
        hasNanoseconds = magic == MAGIC_NANOSECONDS;
        recordBytes = magic == MAGIC_LONG_RECORDS ? LONG_RECORD_BYTES : RECORD_BYTES;
        linkType = window.int32(LINK_TYPE_OFFSET, order) & LINK_TYPE_MASK;
        window.step(FILE_HEADER_BYTES);
    }

    static boolean isMagic(int value) {
        return value == MAGIC_MICROSECONDS || value == MAGIC_NANOSECONDS || value == MAGIC_LONG_RECORDS;
    }

    int linkType() {
        return linkType;
    }

    @Override
    public State next(Window window, Frame frame, int timeoutMs) throws IOException {
        if (!window.has(recordBytes, timeoutMs)) {
            return Format.waitOrEnd(window, "a record's header");
        }
        int captured = window.int32(CAPTURED_OFFSET, order);
        if (captured < 0 || captured > MAX_FRAME_BYTES) {
            throw new CaptureFormatException(
                    window.offset(),
                    "a record says that " + Integer.toUnsignedString(captured)
                            + " bytes were captured, and no frame has more than " + MAX_FRAME_BYTES);
        }
        if (!window.has(recordBytes + captured, timeoutMs)) {
            return Format.waitOrEnd(window, "a record of " + (recordBytes + captured) + " bytes");
        }
        long fraction = window.int32(FRACTION_OFFSET, order) & 0xffff_ffffL;
        frame.linkType = linkType;
        frame.headerBytes = recordBytes;
        frame.capturedBytes = captured;
        frame.recordBytes = recordBytes + captured;
        frame.wireBytes = window.int32(WIRE_OFFSET, order);
        frame.timestampUs =
                (window.int32(0, order) & 0xffff_ffffL) * 1_000_000 + (hasNanoseconds ? fraction / 1000 : fraction);
        return State.FRAME;
    }
}
