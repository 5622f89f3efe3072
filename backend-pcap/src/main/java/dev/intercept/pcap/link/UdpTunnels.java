package dev.intercept.pcap.link;

/**
 * Tunnels in UDP, each known by its port: VXLAN, RFC 7348 and draft-ietf-nvo3-vxlan-gpe; Geneve, RFC 8926; TZSP, by which
 * MikroTik's routers mirror.
 *
 * <pre>
 *   UDP                           VXLAN                             Geneve
 *    0  source port                0  flags: 0x08 the VNI is         0  version(2) options in 4 bytes(6)
 *    2  destination port              valid, 0x04 next protocol      2  EtherType
 *    4  length                     3  1 IPv4, 2 IPv6, 3 Ethernet,    4  VNI (3 bytes)
 *    8  the tunnel's header           5 MPLS                         8  options
 *                                  4  VNI (3 bytes)
 *   TZSP
 *    0  version: 1     1  type: 0 received     2  protocol: 1 Ethernet, 18 802.11     4  tags: number, length, value;
 *    1 is the last and 0 is padding, of one byte each
 * </pre>
 */
final class UdpTunnels implements Layer {

    static final UdpTunnels INSTANCE = new UdpTunnels();

    private static final Layer VXLAN = UdpTunnels::vxlan;
    private static final Layer GENEVE = UdpTunnels::geneve;
    private static final Layer TZSP = UdpTunnels::tzsp;

    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int UDP_BYTES = 8;
    private static final int HEADER_BYTES = 8;

    private static final int VXLAN_VNI = 0x08;
    private static final int VXLAN_NEXT_PROTOCOL = 0x04;
    private static final int VXLAN_PROTOCOL_OFFSET = 3;

    private static final int GENEVE_VERSION_MASK = 0xc0;
    private static final int GENEVE_OPTIONS_MASK = 0x3f;

    private static final int TZSP_BYTES = 4;
    private static final int TZSP_VERSION_1 = 0x0100;
    private static final int TZSP_ETHERNET = 1;
    private static final int TZSP_WLAN = 18;
    private static final int TZSP_PADDING = 0;
    private static final int TZSP_LAST = 1;

    private UdpTunnels() {}

    @Override
    public Layer step(Walk walk) {
        if (!walk.has(UDP_BYTES)) {
            return End.CUT_SHORT;
        }
        int port = walk.uint16(DESTINATION_PORT_OFFSET);
        Layer tunnel = tunnel(walk.tunnels(), port);
        return walk.skip(UDP_BYTES, tunnel);
    }

    private static Layer tunnel(Decapsulation tunnels, int port) {
        if (Decapsulation.contains(tunnels.vxlanPorts(), port)) {
            return VXLAN;
        }
        if (Decapsulation.contains(tunnels.genevePorts(), port)) {
            return GENEVE;
        }
        return Decapsulation.contains(tunnels.tzspPorts(), port) ? TZSP : End.IP;
    }

    private static Layer vxlan(Walk walk) {
        if (!walk.has(HEADER_BYTES)) {
            return End.CUT_SHORT;
        }
        int flags = walk.uint8(0);
        if ((flags & VXLAN_NEXT_PROTOCOL) != 0) {
            return walk.skip(HEADER_BYTES, ofNextProtocol(walk.uint8(VXLAN_PROTOCOL_OFFSET)));
        }
        return (flags & VXLAN_VNI) != 0 ? walk.skip(HEADER_BYTES, EtherTypes.ETHERNET) : End.IP;
    }

    private static Layer ofNextProtocol(int protocol) {
        return switch (protocol) {
            case 1, 2 -> IpLayer.INSTANCE;
            case 3 -> EtherTypes.ETHERNET;
            case 5 -> MplsLayer.INSTANCE;
            default -> End.IP;
        };
    }

    private static Layer geneve(Walk walk) {
        if (!walk.has(HEADER_BYTES)) {
            return End.CUT_SHORT;
        }
        int first = walk.uint8(0);
        if ((first & GENEVE_VERSION_MASK) != 0) {
            return End.IP;
        }
        int type = walk.uint16(2);
        return walk.skip(HEADER_BYTES + (first & GENEVE_OPTIONS_MASK) * 4, EtherTypes.behind(type, walk));
    }

    private static Layer tzsp(Walk walk) {
        if (!walk.has(TZSP_BYTES)) {
            return End.CUT_SHORT;
        }
        if (walk.uint16(0) != TZSP_VERSION_1) {
            return End.IP;
        }
        int protocol = walk.uint16(2);
        Layer next = walk.skip(TZSP_BYTES, ofTzsp(protocol, walk));
        while (walk.has(1)) {
            int tag = walk.uint8(0);
            if (tag == TZSP_LAST) {
                return walk.skip(1, next);
            }
            if (!walk.has(2)) {
                return End.CUT_SHORT;
            }
            walk.skip(tag == TZSP_PADDING ? 1 : Math.min(walk.uint8(1) + 2, walk.left()), next);
        }
        return End.CUT_SHORT;
    }

    private static Layer ofTzsp(int protocol, Walk walk) {
        return switch (protocol) {
            case TZSP_ETHERNET -> EtherTypes.ETHERNET;
            case TZSP_WLAN -> WlanLayer.INSTANCE;
            default -> walk.other(FrameKind.TZSP, protocol);
        };
    }
}
