package dev.intercept.pcap.link;

/**
 * IEEE 802.2, with or without SNAP, RFC 1042.
 *
 * <pre>
 *    0        destination and source service access point: 0xaaaa SNAP, 0x0606 IPv4
 *    2        control: 3 unnumbered information
 *    3        SNAP: organisation (3 bytes), 0 and 0x0000f8 say that an EtherType follows
 *    6        SNAP: EtherType
 * </pre>
 */
final class LlcLayer implements Layer {

    static final LlcLayer INSTANCE = new LlcLayer();

    private static final int SNAP = 0xaaaa;
    private static final int IPV4 = 0x0606;
    private static final int LLC_BYTES = 3;
    private static final int ORGANISATION_OFFSET = 2;
    private static final int ORGANISATION_MASK = 0xffffff;
    private static final int BRIDGE_TUNNEL = 0x0000f8;
    private static final int ETHER_TYPE_OFFSET = 6;

    private LlcLayer() {}

    @Override
    public Layer step(Walk walk) {
        if (!walk.has(LLC_BYTES)) {
            return End.CUT_SHORT;
        }
        int accessPoints = walk.uint16(0);
        if (accessPoints == IPV4) {
            return walk.skip(LLC_BYTES, IpLayer.INSTANCE);
        }
        if (accessPoints != SNAP) {
            return walk.other(FrameKind.LLC, accessPoints);
        }
        if (!walk.has(ETHER_TYPE_OFFSET)) {
            return End.CUT_SHORT;
        }
        int organisation = walk.int32(ORGANISATION_OFFSET) & ORGANISATION_MASK;
        return organisation == 0 || organisation == BRIDGE_TUNNEL
                ? walk.skip(ETHER_TYPE_OFFSET, EtherTypes.FIELD)
                : walk.other(FrameKind.LLC, accessPoints);
    }
}
