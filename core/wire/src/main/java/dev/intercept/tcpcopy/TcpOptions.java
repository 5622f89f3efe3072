package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;

/** The list of options of a TCP header, RFC 9293 3.1: one byte of kind, one of length that counts both, then the value. */
final class TcpOptions {

    static final int END_OF_LIST = 0;
    static final int NO_OPERATION = 1;
    static final int WINDOW_SCALE = 3;
    static final int TIME_STAMPS = 8;

    static final int NONE = -1;

    private TcpOptions() {}

    /** Bytes of the option at index {@code at}, 0 when the list ends there or its length cannot be. */
    static int lengthAt(ByteBuffer in, int at, int end) {
        if (at >= end || in.get(at) == END_OF_LIST) {
            return 0;
        }
        if (in.get(at) == NO_OPERATION) {
            return 1;
        }
        int length = at + 1 < end ? in.get(at + 1) & 0xff : 0;
        return length >= 2 && length <= end - at ? length : 0;
    }

    /** Index of the first option of this kind, or {@link #NONE}. */
    static int find(int kind, ByteBuffer in, int at, int end) {
        int option = at;
        for (int length = lengthAt(in, at, end); length > 0; length = lengthAt(in, option, end)) {
            if (in.get(option) == kind) {
                return option;
            }
            option += length;
        }
        return NONE;
    }

    /**
     * Copies the options that fit into {@code roomBytes}, whole and in their order, without the padding between them. A window
     * scale has its room, whatever stands before it: without it a client misreads every window.
     *
     * @return bytes put, not yet padded
     */
    static int putFitting(ByteBuffer in, int from, int end, ByteBuffer out, int to, int roomBytes) {
        int scale = find(WINDOW_SCALE, in, from, end);
        int reserved = scale == NONE ? 0 : lengthAt(in, scale, end);
        int put = 0;
        int option = from;
        for (int length = lengthAt(in, from, end); length > 0; length = lengthAt(in, option, end)) {
            reserved = option == scale ? 0 : reserved;
            if (in.get(option) != NO_OPERATION && put + length + reserved <= roomBytes) {
                out.put(to + put, in, option, length);
                put += length;
            }
            option += length;
        }
        return put;
    }
}
