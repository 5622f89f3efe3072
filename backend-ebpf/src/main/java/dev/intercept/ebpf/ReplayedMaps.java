package dev.intercept.ebpf;

import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.SystemCallException;

/**
 * What the program needs to know to stop the answers of replayed sessions only.
 *
 * @param routes sessions that a tunnel has a route for, by {@link RouteKey}; the value says nothing
 * @param unknown by the client's address and port, when a SYN/ACK or RST of a session without a route was first stopped, u64
 *     nanoseconds; what was used last stays
 */
record ReplayedMaps(BpfMap routes, BpfMap unknown) implements AutoCloseable {

    /** As many sessions as intercept keeps by default. */
    static final int MAX_ROUTES = 1 << 20;

    static final int UNKNOWN_KEY_BYTES = 8;

    /** Handshakes of a busy second or two, some 80 bytes each. */
    private static final int MAX_UNKNOWN = 65_536;

    static ReplayedMaps create(int maxRoutes) throws SystemCallException {
        BpfMap routes = BpfMap.hash("ic_routes", RouteKey.BYTES, Integer.BYTES, maxRoutes);
        try {
            return new ReplayedMaps(routes, BpfMap.lruHash("ic_unknown", UNKNOWN_KEY_BYTES, Long.BYTES, MAX_UNKNOWN));
        } catch (SystemCallException e) {
            routes.close();
            throw e;
        }
    }

    @Override
    public void close() {
        routes.close();
        unknown.close();
    }
}
