package dev.intercept.pcap.link;

/**
 * An EtherType field and what it says of the bytes behind it. Numbers: IANA, IEEE 802 numbers.
 *
 * <pre>
 *    0        EtherType, 1536 and more; or a length, 1500 and less, with an 802.2 header behind it
 * </pre>
 */
final class EtherTypes {

    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int PPP = 0x880b;
    private static final int MPLS_UNICAST = 0x8847;
    private static final int MPLS_MULTICAST = 0x8848;
    private static final int PPPOE_SESSION = 0x8864;
    private static final int BRIDGED_ETHERNET = 0x6558;
    private static final int MAX_LENGTH = 1500;

    /** 802.1Q, 802.1ad, and what was used before 802.1ad. A tag: priority(3) drop eligible(1) VLAN id(12). */
    private static final int TAG_8021Q = 0x8100;

    private static final int TAG_8021AD = 0x88a8;
    private static final int TAG_9100 = 0x9100;
    private static final int TAG_9200 = 0x9200;
    private static final int TAG_9300 = 0x9300;

    /** 802.1ah's service tag, with a whole Ethernet frame behind its four bytes. */
    private static final int TAG_8021AH = 0x88e7;

    /** 802.1BR, six bytes, and Cisco's VN-tag, four, with an EtherType behind. */
    private static final int TAG_8021BR = 0x893f;

    private static final int TAG_VN = 0x8926;

    /** The field itself. */
    static final Layer FIELD = EtherTypes::step;

    /** Two addresses of six bytes, then the field. */
    static final Layer ETHERNET = Layer.skip(12, FIELD);

    private static final Layer TAG = Layer.skip(2, FIELD);

    private static final Layer TAG_OF_FOUR_BYTES = Layer.skip(4, FIELD);
    private static final Layer TAG_OF_SIX_BYTES = Layer.skip(6, FIELD);
    private static final Layer SERVICE_TAG = Layer.skip(4, ETHERNET);

    private EtherTypes() {}

    private static Layer step(Walk walk) {
        if (!walk.has(2)) {
            return End.CUT_SHORT;
        }
        int type = walk.uint16(0);
        return walk.skip(2, behind(type, walk));
    }

    /** The layer behind a field of this value. */
    static Layer behind(int type, Walk walk) {
        return switch (type) {
            case IPV4, IPV6 -> IpLayer.INSTANCE;
            case TAG_8021Q, TAG_8021AD, TAG_9100, TAG_9200, TAG_9300 -> TAG;
            case MPLS_UNICAST, MPLS_MULTICAST -> MplsLayer.INSTANCE;
            case PPPOE_SESSION -> PppLayers.OVER_ETHERNET;
            case BRIDGED_ETHERNET -> ETHERNET;
            case PPP -> PppLayers.PROTOCOL;
            case TAG_8021AH -> SERVICE_TAG;
            case TAG_8021BR -> TAG_OF_SIX_BYTES;
            case TAG_VN -> TAG_OF_FOUR_BYTES;
            default -> type <= MAX_LENGTH ? LlcLayer.INSTANCE : walk.other(FrameKind.ETHER_TYPE, type);
        };
    }

    /** Whether IP may be behind a field of this value, which is no length. */
    static boolean leadsToIp(int type) {
        return switch (type) {
            case IPV4, IPV6, TAG_8021Q, TAG_8021AD, TAG_9100, TAG_9200, TAG_9300 -> true;
            case MPLS_UNICAST, MPLS_MULTICAST, PPPOE_SESSION, TAG_8021AH, TAG_8021BR, TAG_VN -> true;
            default -> false;
        };
    }
}
