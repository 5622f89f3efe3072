package dev.intercept.ebpf;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** The ports in {@link ControlLayout}, which the program reads for each packet: a change holds from the next one on. */
final class PortSet {

    private PortSet() {}

    /** Puts these in the place of all that are there: first those that are new. */
    static void adopt(ByteBuffer control, List<Integer> ports) {
        ports.forEach(port -> add(control, port));
        Set<Integer> wanted = Set.copyOf(ports);
        for (int port = 0; port < ControlLayout.PORT_BYTES * Byte.SIZE; port++) {
            if (!wanted.contains(port)) {
                remove(control, port);
            }
        }
    }

    /** @param port 1 to 65535 */
    static void add(ByteBuffer control, int port) {
        int at = port / Byte.SIZE;
        control.put(at, (byte) (control.get(at) | bit(port)));
    }

    static void remove(ByteBuffer control, int port) {
        int at = port / Byte.SIZE;
        control.put(at, (byte) (control.get(at) & ~bit(port)));
    }

    private static int bit(int port) {
        return 1 << port % Byte.SIZE;
    }
}
