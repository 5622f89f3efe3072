package dev.intercept.ebpf;

import java.nio.ByteBuffer;

/** The ports in {@link ControlLayout}, which the program reads for each packet: a change holds from the next one on. */
final class PortSet {

    private PortSet() {}

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
