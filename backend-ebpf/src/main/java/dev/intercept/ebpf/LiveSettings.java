package dev.intercept.ebpf;

import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options that hold from the next packet on when they change: ports, pass list and, where packets are compared with routes,
 * address translation. The program finds them in maps.
 *
 * <p>Thread rule: one thread at a time.
 */
final class LiveSettings {

    private final ByteBuffer control;
    private final LiveMap passList;
    private final Optional<LiveMap> translation;
    private List<Network> passed = List.of();

    /** @param control {@link ControlLayout} */
    LiveSettings(AnswerMaps maps, ByteBuffer control) {
        this.control = control;
        passList = new LiveMap(maps.passList(), control, ControlLayout.HAS_PASS_LIST);
        translation = maps.replayed()
                .map(replayed -> new LiveMap(replayed.translation(), control, ControlLayout.HAS_TRANSLATION));
    }

    /** @throws SystemCallException when the kernel does not take them; those of before are in force then */
    void adopt(List<Integer> ports, List<Network> networks, List<AddressPair> pairs) throws SystemCallException {
        passList.adopt(elements(networks));
        try {
            if (translation.isPresent()) {
                translation.get().adopt(elementsOf(pairs));
            }
        } catch (SystemCallException e) {
            passList.adopt(elements(passed));
            throw e;
        }
        passed = networks;
        PortSet.adopt(control, ports);
    }

    private static Map<ByteBuffer, ByteBuffer> elements(List<Network> networks) {
        Map<ByteBuffer, ByteBuffer> elements = new HashMap<>();
        networks.forEach(network -> elements.put(ByteBuffer.wrap(network.key()), ByteBuffer.allocate(1)));
        return elements;
    }

    /** Addresses in network order. */
    private static Map<ByteBuffer, ByteBuffer> elementsOf(List<AddressPair> pairs) {
        Map<ByteBuffer, ByteBuffer> elements = new HashMap<>();
        pairs.forEach(pair -> elements.put(address(pair.from()), address(pair.to())));
        return elements;
    }

    private static ByteBuffer address(int address) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.BIG_ENDIAN).putInt(0, address);
    }
}
