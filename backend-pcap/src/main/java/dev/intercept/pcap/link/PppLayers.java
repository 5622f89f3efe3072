package dev.intercept.pcap.link;

/**
 * PPP, RFC 1661, alone, in the HDLC-like framing of RFC 1662, and in Ethernet, RFC 2516.
 *
 * <pre>
 *   framing                                     PPPoE                              protocol
 *    0  address 0xff, control 3: both or none    0  version, type: 0x11             0  protocol: 0x0021 IPv4, 0x0057
 *                                                1  code: 0 is a session               IPv6, 0x0281 MPLS; one byte
 *                                                2  session     4  length              when compressed: it is odd
 * </pre>
 *
 * A serial line may carry Cisco's HDLC (RFC 1547) instead; its first byte shows it.
 */
final class PppLayers {

    private static final int ADDRESS_AND_CONTROL = 0xff03;
    private static final int CISCO_UNICAST = 0x0f;
    private static final int CISCO_BROADCAST = 0x8f;

    private static final int IPV4 = 0x21;
    private static final int IPV6 = 0x57;
    private static final int MPLS_UNICAST = 0x281;
    private static final int MPLS_MULTICAST = 0x283;

    private static final int PPPOE_BYTES = 6;
    private static final int PPPOE_CODE_OFFSET = 1;

    /** From the protocol field on. */
    static final Layer PROTOCOL = PppLayers::protocol;

    /** From the address field on, if there is one. */
    static final Layer FRAMED = PppLayers::framed;

    static final Layer OVER_ETHERNET = PppLayers::overEthernet;

    /** Cisco's HDLC: address, control, EtherType. */
    static final Layer CISCO_HDLC = Layer.skip(2, EtherTypes.FIELD);

    private PppLayers() {}

    private static Layer framed(Walk walk) {
        if (!walk.has(2)) {
            return End.CUT_SHORT;
        }
        int first = walk.uint8(0);
        if (first == CISCO_UNICAST || first == CISCO_BROADCAST) {
            return CISCO_HDLC;
        }
        return walk.uint16(0) == ADDRESS_AND_CONTROL ? walk.skip(2, PROTOCOL) : PROTOCOL;
    }

    private static Layer protocol(Walk walk) {
        if (!walk.has(2)) {
            return End.CUT_SHORT;
        }
        int first = walk.uint8(0);
        boolean isCompressed = (first & 1) != 0;
        int protocol = isCompressed ? first : walk.uint16(0);
        return walk.skip(isCompressed ? 1 : 2, behind(protocol, walk));
    }

    private static Layer behind(int protocol, Walk walk) {
        return switch (protocol) {
            case IPV4, IPV6 -> IpLayer.INSTANCE;
            case MPLS_UNICAST, MPLS_MULTICAST -> MplsLayer.INSTANCE;
            default -> walk.other(FrameKind.PPP, protocol);
        };
    }

    private static Layer overEthernet(Walk walk) {
        if (!walk.has(PPPOE_BYTES)) {
            return End.CUT_SHORT;
        }
        int code = walk.uint8(PPPOE_CODE_OFFSET);
        return code == 0 ? walk.skip(PPPOE_BYTES, PROTOCOL) : walk.other(FrameKind.PPPOE, code);
    }
}
