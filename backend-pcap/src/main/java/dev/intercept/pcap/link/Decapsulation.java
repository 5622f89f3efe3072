package dev.intercept.pcap.link;

/**
 * Which tunnels are unwrapped. Immutable; any thread.
 *
 * <p>Ports are those of UDP datagrams to the end of the tunnel. An array is not copied and must not change.
 *
 * @param vxlanPorts of VXLAN and VXLAN-GPE; empty when they are not unwrapped
 * @param genevePorts as before
 * @param tzspPorts as before
 * @param gre all of GRE but ERSPAN: NVGRE, bridged Ethernet, IP, PPTP's
 * @param erspan ERSPAN of types I, II and III
 * @param ipInIp IPv4 and IPv6 directly in IPv4 or IPv6
 */
public record Decapsulation(
        int[] vxlanPorts, int[] genevePorts, int[] tzspPorts, boolean gre, boolean erspan, boolean ipInIp) {

    private static final int[] NO_PORTS = {};

    /** Nothing is unwrapped. */
    public static final Decapsulation NONE = new Decapsulation(NO_PORTS, NO_PORTS, NO_PORTS, false, false, false);

    private static final int PROTOCOL_IPV4 = 4;
    private static final int PROTOCOL_UDP = 17;
    private static final int PROTOCOL_IPV6 = 41;
    private static final int PROTOCOL_GRE = 47;

    public boolean isEmpty() {
        return !hasUdp() && !gre && !erspan && !ipInIp;
    }

    private boolean hasUdp() {
        return vxlanPorts.length + genevePorts.length + tzspPorts.length > 0;
    }

    /** What is behind an IP header with this protocol: the tunnel's header; {@link End#IP} when it is no tunnel's. */
    Layer ofProtocol(int protocol) {
        return switch (protocol) {
            case PROTOCOL_UDP -> hasUdp() ? UdpTunnels.INSTANCE : End.IP;
            case PROTOCOL_GRE -> gre || erspan ? GreLayer.INSTANCE : End.IP;
            case PROTOCOL_IPV4, PROTOCOL_IPV6 -> ipInIp ? IpLayer.INSTANCE : End.IP;
            default -> End.IP;
        };
    }

    static boolean contains(int[] ports, int port) {
        for (int known : ports) {
            if (known == port) {
                return true;
            }
        }
        return false;
    }
}
