package dev.intercept.ebpf;

import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The maps that programs and lanes share.
 *
 * @param control {@link ControlLayout}
 * @param passList destinations whose packets pass
 * @param fragments by source, destination and identification, those of stopped packets of which more will come
 * @param rings one for each lane
 * @param requests {@link RequestLayout}; empty where requests are not timed
 */
record AnswerMaps(
        BpfMap control,
        BpfMap fragments,
        List<BpfMap> rings,
        BpfMap passList,
        Optional<ReplayedMaps> replayed,
        Optional<BpfMap> requests)
        implements AutoCloseable {

    /** Source and destination address, identification and 2 bytes of padding. */
    static final int FRAGMENT_KEY_BYTES = 12;

    /** Fragmented packets of which pieces are still to come; answers in fragments are rare. */
    static final int MAX_FRAGMENTED = 1024;

    static final int MAX_NETWORKS = 65_536;

    /** While one pass list takes the place of another, both are there. */
    private static final int PASS_LISTS = 2;

    /**
     * @param maxRoutes sessions whose answers are stopped at most; 0 to stop those of all sessions
     * @param timesRequests whether there is a map for the time of requests
     * @param kept {@link #lasting} of a capture before, without its control
     */
    static AnswerMaps create(int lanes, int ringBytes, int maxRoutes, boolean timesRequests, KeptMaps kept)
            throws SystemCallException {
        List<BpfMap> made = new ArrayList<>();
        try {
            made.add(BpfMap.mappable("ic_control", ControlLayout.bytes(lanes)));
            made.add(kept.next(
                    "ic_fragments",
                    () -> BpfMap.lruHash("ic_fragments", FRAGMENT_KEY_BYTES, Integer.BYTES, MAX_FRAGMENTED)));
            made.add(BpfMap.networks("ic_passlist", Integer.BYTES, PASS_LISTS * MAX_NETWORKS));
            for (int lane = 0; lane < lanes; lane++) {
                String name = "ic_ring" + lane;
                made.add(kept.next(name, () -> BpfMap.ring(name, ringBytes)));
            }
            List<BpfMap> rings = List.copyOf(made.subList(3, made.size()));
            Optional<BpfMap> requests = timesRequests ? Optional.of(requests(made, kept)) : Optional.empty();
            return new AnswerMaps(
                    made.get(0),
                    made.get(1),
                    rings,
                    made.get(2),
                    maxRoutes > 0 ? Optional.of(ReplayedMaps.create(maxRoutes, kept)) : Optional.empty(),
                    requests);
        } catch (SystemCallException e) {
            made.forEach(BpfMap::close);
            throw e;
        }
    }

    private static BpfMap requests(List<BpfMap> made, KeptMaps kept) throws SystemCallException {
        BpfMap map = kept.next(
                "ic_requests",
                () -> BpfMap.lruHash("ic_requests", RouteKey.BYTES, RequestLayout.BYTES, RequestLayout.MAX_SESSIONS));
        made.add(map);
        return map;
    }

    /** Those that another capture with programs of its own can go on with; the rest it fills from its options. In the order of {@link #create}. */
    List<Integer> lasting() {
        List<BpfMap> lasting = new ArrayList<>(List.of(control, fragments));
        lasting.addAll(rings);
        requests.ifPresent(lasting::add);
        replayed.ifPresent(maps -> lasting.addAll(List.of(maps.routes(), maps.unknown())));
        return lasting.stream().map(BpfMap::fd).toList();
    }

    @Override
    public void close() {
        control.close();
        fragments.close();
        rings.forEach(BpfMap::close);
        passList.close();
        replayed.ifPresent(ReplayedMaps::close);
        requests.ifPresent(BpfMap::close);
    }
}
