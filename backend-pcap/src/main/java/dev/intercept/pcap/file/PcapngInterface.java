package dev.intercept.pcap.file;

import java.nio.ByteOrder;

/** One interface of a pcapng section: its link type, and what its time stamps count. Immutable. */
final class PcapngInterface {

    private static final int LINK_TYPE_OFFSET = 8;
    private static final int SNAPLEN_OFFSET = 12;
    private static final int OPTIONS_OFFSET = 16;
    private static final int LENGTH_BYTES = 4;

    private static final int OPTION_HEADER_BYTES = 4;
    private static final int OPTION_END = 0;

    /** One byte: 10^-n seconds, or with the highest bit 2^-n. */
    private static final int IF_TSRESOL = 9;

    /** Eight bytes: seconds to add. */
    private static final int IF_TSOFFSET = 14;

    private static final int MICROSECONDS = 6;
    private static final int BINARY = 0x80;

    private final int linkType;
    private final int snaplen;
    private int resolution = MICROSECONDS;
    private long offsetUs;

    /** @param window stands at the description's block, which is there whole */
    PcapngInterface(Window window, ByteOrder order, int blockBytes) {
        boolean isWhole = blockBytes >= OPTIONS_OFFSET + LENGTH_BYTES;
        linkType = isWhole ? window.uint16(LINK_TYPE_OFFSET, order) : -1;
        snaplen = isWhole ? window.int32(SNAPLEN_OFFSET, order) : 0;
        int end = blockBytes - LENGTH_BYTES;
        int at = OPTIONS_OFFSET;
        while (at + OPTION_HEADER_BYTES <= end) {
            int code = window.uint16(at, order);
            int bytes = window.uint16(at + 2, order);
            int value = at + OPTION_HEADER_BYTES;
            if (code == OPTION_END || value + bytes > end) {
                break;
            }
            if (code == IF_TSRESOL && bytes == 1) {
                resolution = window.uint8(value);
            } else if (code == IF_TSOFFSET && bytes == Long.BYTES) {
                offsetUs = seconds(window, order, value) * 1_000_000;
            }
            at = value + (bytes + 3 & ~3);
        }
    }

    private static long seconds(Window window, ByteOrder order, int at) {
        long first = window.int32(at, order);
        long second = window.int32(at + Integer.BYTES, order);
        return order == ByteOrder.BIG_ENDIAN
                ? first << 32 | second & 0xffff_ffffL
                : second << 32 | first & 0xffff_ffffL;
    }

    int linkType() {
        return linkType;
    }

    /** What a simple packet block has of a frame: it does not say so itself. */
    int captured(int wireBytes, int room) {
        int limit = snaplen == 0 ? room : Math.min(room, snaplen & Integer.MAX_VALUE);
        return wireBytes < 0 ? limit : Math.min(wireBytes, limit);
    }

    /** Of a time stamp in this interface's units, unsigned. */
    long microseconds(long ticks) {
        return offsetUs + ((resolution & BINARY) != 0 ? ofBinary(ticks, resolution & ~BINARY) : ofDecimal(ticks));
    }

    private long ofDecimal(long ticks) {
        long us = ticks;
        for (int digits = resolution; digits < MICROSECONDS; digits++) {
            us *= 10;
        }
        for (int digits = resolution; digits > MICROSECONDS && us != 0; digits--) {
            us = Long.divideUnsigned(us, 10);
        }
        return us;
    }

    private static long ofBinary(long ticks, int bits) {
        if (bits > 43) { // 20 bits are a microsecond, and the product below has to fit.
            return bits - 43 > 63 ? 0 : ofBinary(ticks >>> bits - 43, 43);
        }
        long fraction = ticks & (1L << bits) - 1;
        return (ticks >>> bits) * 1_000_000 + (fraction * 1_000_000 >>> bits);
    }
}
