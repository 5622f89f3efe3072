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
 * @param passList destinations whose packets pass; empty where there are none, and the program does not look for any
 * @param fragments by source, destination and identification, those of stopped packets of which more will come
 * @param rings one for each lane
 */
record AnswerMaps(
        BpfMap control,
        BpfMap fragments,
        List<BpfMap> rings,
        Optional<BpfMap> passList,
        Optional<ReplayedMaps> replayed)
        implements AutoCloseable {

    /** Source and destination address, identification and 2 bytes of padding. */
    static final int FRAGMENT_KEY_BYTES = 12;

    /** Fragmented packets of which pieces are still to come; answers in fragments are rare. */
    static final int MAX_FRAGMENTED = 1024;

    static final int MAX_NETWORKS = 65_536;

    /** @param maxRoutes sessions whose answers are stopped at most; 0 to stop those of all sessions */
    static AnswerMaps create(int lanes, int ringBytes, List<Network> passed, int maxRoutes) throws SystemCallException {
        List<BpfMap> made = new ArrayList<>();
        try {
            made.add(BpfMap.mappable("ic_control", ControlLayout.bytes(lanes)));
            made.add(BpfMap.lruHash("ic_fragments", FRAGMENT_KEY_BYTES, Integer.BYTES, MAX_FRAGMENTED));
            for (int lane = 0; lane < lanes; lane++) {
                made.add(BpfMap.ring("ic_ring" + lane, ringBytes));
            }
            List<BpfMap> rings = List.copyOf(made.subList(2, made.size()));
            Optional<BpfMap> passList = passList(passed, made);
            return new AnswerMaps(
                    made.get(0),
                    made.get(1),
                    rings,
                    passList,
                    maxRoutes > 0 ? Optional.of(ReplayedMaps.create(maxRoutes)) : Optional.empty());
        } catch (SystemCallException e) {
            made.forEach(BpfMap::close);
            throw e;
        }
    }

    private static Optional<BpfMap> passList(List<Network> passed, List<BpfMap> made) throws SystemCallException {
        if (passed.isEmpty()) {
            return Optional.empty();
        }
        BpfMap map = BpfMap.networks("ic_passlist", Integer.BYTES, MAX_NETWORKS);
        made.add(map);
        for (Network network : passed) {
            map.put(network.key(), new byte[1]);
        }
        return Optional.of(map);
    }

    @Override
    public void close() {
        control.close();
        fragments.close();
        rings.forEach(BpfMap::close);
        passList.ifPresent(BpfMap::close);
        replayed.ifPresent(ReplayedMaps::close);
    }
}
