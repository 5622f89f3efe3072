package dev.intercept.ebpf;

/**
 * What the program writes into a ring for each answer. Native byte order; the packet as it was sent.
 *
 * <pre>
 *    0   length   u32   of the whole IP packet
 *    4   copied   u32   bytes of it that are here
 *    8   delay    s64   since the last byte of the request, in ns, where this is the first data after it and requests are timed; else 0
 *   16   the packet's first bytes, room for the copy range
 * </pre>
 */
final class RecordLayout {

    static final int LENGTH_OFFSET = 0;
    static final int COPIED_OFFSET = 4;
    static final int DELAY_OFFSET = 8;
    static final int PACKET_OFFSET = 16;

    private RecordLayout() {}

    /** Of a record, a multiple of 8. */
    static int bytes(int copyRangeBytes) {
        return (PACKET_OFFSET + copyRangeBytes + 7) & ~7;
    }
}
