package dev.intercept.ebpf;

/**
 * The only value of the array that program and lanes share. Native byte order.
 *
 * <pre>
 *       0   8192 bytes   a bit for each source port whose packets are answers: byte port / 8, bit port % 8
 *    8192   u32         not 0 once there was a route to any address or any target
 *    8200   u64         routes that {@link ReplayedMaps#routes} has no room for; while there is one, all answers are stopped
 *    8208   u64         answers that were stopped for that reason alone
 *    8216   u64         all answers are stopped until then, in nanoseconds of CLOCK_MONOTONIC
 *    8224   u32         not 0 while the pass list has networks
 *    8228   u32         not 0 while addresses are translated
 *    8320   128 bytes for each lane, of its own cache lines
 *            0   u32   not 0 while the lane's reader sleeps and wants to be woken; the program sets 0 as it wakes
 *           64   u64   headers that found the ring full
 *           72   u64   headers that were handed over when the reader left for another to go on
 * </pre>
 */
final class ControlLayout {

    static final int PORT_BYTES = 8192;

    static final int OPEN_ROUTES = PORT_BYTES;
    static final int UNLISTED = PORT_BYTES + 8;
    static final int STOPPED_UNLISTED = PORT_BYTES + 16;
    static final int ALL_UNTIL = PORT_BYTES + 24;

    static final int HAS_PASS_LIST = PORT_BYTES + 32;
    static final int HAS_TRANSLATION = PORT_BYTES + 36;

    private static final int LANES = PORT_BYTES + 128;
    private static final int LANE_BYTES = 128;
    private static final int LOST_OFFSET = 64;
    private static final int RECEIVED_OFFSET = 72;

    private ControlLayout() {}

    static int bytes(int lanes) {
        return LANES + lanes * LANE_BYTES;
    }

    static int sleeping(int lane) {
        return LANES + lane * LANE_BYTES;
    }

    static int lost(int lane) {
        return sleeping(lane) + LOST_OFFSET;
    }

    static int received(int lane) {
        return sleeping(lane) + RECEIVED_OFFSET;
    }
}
