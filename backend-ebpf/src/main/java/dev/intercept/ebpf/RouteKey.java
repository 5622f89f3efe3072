package dev.intercept.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A session as its answers have it, in network order.
 *
 * <pre>
 *    0   client address   u32   where answers go to
 *    4   target address   u32   0 for any
 *    8   target port      u16   0 together with the address for any
 *   10   client port      u16
 * </pre>
 */
final class RouteKey {

    static final int BYTES = 12;
    static final int CLIENT = 0;
    static final int TARGET = 4;
    static final int PORTS = 8;
    static final int CLIENT_PORT = 10;

    private RouteKey() {}

    static void put(ByteBuffer key, int clientAddress, int clientPort, int targetAddress, int targetPort) {
        key.order(ByteOrder.BIG_ENDIAN)
                .putInt(CLIENT, clientAddress)
                .putInt(TARGET, targetAddress)
                .putShort(PORTS, (short) targetPort)
                .putShort(CLIENT_PORT, (short) clientPort);
    }
}
