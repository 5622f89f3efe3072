package dev.intercept.ebpf;

/**
 * What the kernel remembers of a session by {@link RouteKey}, from the first segment with data on that the client sends. Native
 * byte order.
 *
 * <pre>
 *    0   arrived   u64   when its latest new data came, nanoseconds of CLOCK_MONOTONIC; 0 once data of the target followed
 *    8   next      u32   the sequence number behind the data that is there without a gap: what ends before was sent again
 *   12   nothing   u32
 * </pre>
 */
final class RequestLayout {

    static final int BYTES = 16;
    static final int ARRIVED = 0;
    static final int NEXT = 8;

    /** Sessions whose client sent something; those of which nothing came for longest are forgotten. 6 MB. */
    static final int MAX_SESSIONS = 65_536;

    private RequestLayout() {}
}
