package dev.intercept.pcap.link;

/**
 * A stack of MPLS labels, RFC 3032. No field says what is behind the last: an IP packet by its version, otherwise an
 * Ethernet frame (RFC 4448), behind a control word that begins with four zero bits or without one.
 *
 * <pre>
 *    0        label(20) traffic class(3) last(1) time to live(8)      repeated
 * </pre>
 */
final class MplsLayer implements Layer {

    static final MplsLayer INSTANCE = new MplsLayer();

    private static final int LABEL_BYTES = 4;
    private static final int LAST_LABEL = 0x100;
    private static final int CONTROL_WORD_BYTES = 4;
    private static final int CONTROL_WORD = 0;
    private static final int ETHER_TYPE_OFFSET = 12;
    private static final int ASSOCIATED_CHANNEL = 1;

    private MplsLayer() {}

    @Override
    public Layer step(Walk walk) {
        boolean isLast;
        do {
            if (!walk.has(LABEL_BYTES)) {
                return End.CUT_SHORT;
            }
            isLast = (walk.int32(0) & LAST_LABEL) != 0;
            walk.skip(LABEL_BYTES, INSTANCE);
        } while (!isLast);
        return walk.has(1) ? behindLabels(walk) : End.CUT_SHORT;
    }

    private static Layer behindLabels(Walk walk) {
        int nibble = walk.uint8(0) >> 4;
        return switch (nibble) {
            case 4, 6 -> IpLayer.INSTANCE;
            case CONTROL_WORD ->
                isEthernet(walk) ? EtherTypes.ETHERNET : walk.skip(CONTROL_WORD_BYTES, EtherTypes.ETHERNET);
            case ASSOCIATED_CHANNEL -> walk.other(FrameKind.MPLS, nibble);
            default -> EtherTypes.ETHERNET;
        };
    }

    /** An address may begin with four zero bits as well: an EtherType that is known where an Ethernet frame has it decides. */
    private static boolean isEthernet(Walk walk) {
        return walk.has(ETHER_TYPE_OFFSET + 2) && EtherTypes.leadsToIp(walk.uint16(ETHER_TYPE_OFFSET));
    }
}
