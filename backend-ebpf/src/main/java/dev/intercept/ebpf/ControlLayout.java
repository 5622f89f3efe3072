package dev.intercept.ebpf;

/**
 * The only value of the array that program and lanes share. Native byte order.
 *
 * <pre>
 *       0   8192 bytes   a bit for each source port whose packets are answers: byte port / 8, bit port % 8
 *    8192   128 bytes for each lane, of its own cache lines
 *            0   u32   not 0 while the lane's reader sleeps and wants to be woken; the program sets 0 as it wakes
 *           64   u64   headers that found the ring full
 * </pre>
 */
final class ControlLayout {

    static final int PORT_BYTES = 8192;

    private static final int LANE_BYTES = 128;
    private static final int LOST_OFFSET = 64;

    private ControlLayout() {}

    static int bytes(int lanes) {
        return PORT_BYTES + lanes * LANE_BYTES;
    }

    static int sleeping(int lane) {
        return PORT_BYTES + lane * LANE_BYTES;
    }

    static int lost(int lane) {
        return sleeping(lane) + LOST_OFFSET;
    }
}
