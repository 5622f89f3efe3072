package dev.intercept.kit;

import java.io.IOException;

/**
 * The network of the tests and of the selftest, laid out in a namespace of its own.
 *
 * <pre>
 *   clients 192.0.2.0/24                         target 198.51.100.1
 *        │                                             │
 *      wire0  ◄──────────── veth pair ───────────►  target0       lo
 *      answers that escaped                     default way of answers; a packet that a raw socket
 *      arrive here                              sends to the target comes in over lo
 * </pre>
 *
 * Addresses are those for documentation, RFC 5737: nothing of it is routed anywhere else.
 */
public final class TestNetwork {

    /** The target server's address, on {@link #TARGET_DEVICE}. */
    public static final String TARGET = "198.51.100.1";

    /** The clients' network, routed out of {@link #TARGET_DEVICE}; no such host exists. */
    public static final String CLIENTS = "192.0.2.0/24";

    /** The device that has the target's address. */
    public static final String TARGET_DEVICE = "target0";

    /** The other end: what arrives here has escaped. Watch it with {@link PacketSocket}. */
    public static final String WIRE_DEVICE = "wire0";

    private TestNetwork() {}

    /** The client number {@code n}, 1 to 254. */
    public static String client(int n) {
        return "192.0.2." + n;
    }

    /**
     * Lays the network out in the namespace of the calling thread, which must be a private one.
     *
     * @throws IOException with the command that failed and its output
     */
    public static void layOut() throws IOException {
        Commands.execLines("""
                ip link set lo up
                ip link add target0 type veth peer name wire0
                ip link set target0 arp off
                ip link set wire0 arp off
                ip address add 198.51.100.1/32 dev target0
                ip link set target0 up
                ip link set wire0 up
                ip route add 192.0.2.0/24 dev target0 src 198.51.100.1
                """);
    }
}
