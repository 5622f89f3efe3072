package dev.intercept.ebpf;

import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.SystemCallException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the program needs to know to stop the answers of replayed sessions only.
 *
 * @param routes sessions that a tunnel has a route for, by {@link RouteKey}; the value says nothing
 * @param maxRoutes that {@code routes} has room for
 * @param unknown by the client's address and port, when a SYN/ACK or RST of a session without a route was first stopped, u64
 *     nanoseconds; what was used last stays
 * @param translation what packets call an address, and what routes do, both as packets have it
 */
record ReplayedMaps(BpfMap routes, int maxRoutes, BpfMap unknown, BpfMap translation) implements AutoCloseable {

    /** As many sessions as intercept keeps by default, and half as many that ended in the last minute: those stay, too. */
    static final int MAX_ROUTES = 3 << 19;

    static final int UNKNOWN_KEY_BYTES = 8;

    /** Handshakes of a busy second or two, some 80 bytes each. */
    private static final int MAX_UNKNOWN = 65_536;

    static final int MAX_PAIRS = 65_536;

    static ReplayedMaps create(int maxRoutes, KeptMaps kept) throws SystemCallException {
        List<BpfMap> made = new ArrayList<>();
        try {
            made.add(kept.next("ic_routes", () -> BpfMap.hash("ic_routes", RouteKey.BYTES, Integer.BYTES, maxRoutes)));
            made.add(kept.next(
                    "ic_unknown", () -> BpfMap.lruHash("ic_unknown", UNKNOWN_KEY_BYTES, Long.BYTES, MAX_UNKNOWN)));
            made.add(BpfMap.hash("ic_translation", Integer.BYTES, Integer.BYTES, 2 * MAX_PAIRS));
            return new ReplayedMaps(made.get(0), maxRoutes, made.get(1), made.get(2));
        } catch (SystemCallException e) {
            made.forEach(BpfMap::close);
            throw e;
        }
    }

    /** Sessions that may be under way with room for those that ended. */
    int maxSessions() {
        return maxRoutes / 3 * 2;
    }

    @Override
    public void close() {
        routes.close();
        unknown.close();
        translation.close();
    }
}
