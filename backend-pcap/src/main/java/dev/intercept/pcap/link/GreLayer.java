package dev.intercept.pcap.link;

/**
 * GRE, RFC 2784, 2890, 7637 (NVGRE) and 2637 (PPTP, version 1), and Cisco's ERSPAN, draft-foschiano-erspan, in it.
 *
 * <pre>
 *    0        checksum(1) routing(1) key(1) sequence(1) ... acknowledgement(1), 0x0080, version(3)
 *    2        protocol: an EtherType; 0x88be ERSPAN I and II, 0x22eb ERSPAN III
 *    4        checksum and offset (4), key (4), sequence (4), acknowledgement (4): each where its flag says so
 *
 *   ERSPAN I    nothing: there is no sequence number either
 *   ERSPAN II   8 bytes
 *   ERSPAN III  12 bytes; the last is frame type (5 bits from the byte before) ... subheader of 8 bytes(1)
 * </pre>
 */
final class GreLayer implements Layer {

    static final GreLayer INSTANCE = new GreLayer();

    private static final int MIN_BYTES = 4;
    private static final int PROTOCOL_OFFSET = 2;
    private static final int FIELD_BYTES = 4;

    private static final int CHECKSUM = 0x8000;
    private static final int ROUTING = 0x4000;
    private static final int KEY = 0x2000;
    private static final int SEQUENCE = 0x1000;
    private static final int ACKNOWLEDGEMENT = 0x0080;

    private static final int ERSPAN_II = 0x88be;
    private static final int ERSPAN_III = 0x22eb;
    private static final int ERSPAN_II_BYTES = 8;
    private static final int ERSPAN_III_BYTES = 12;
    private static final int ERSPAN_FRAME_TYPE_OFFSET = 10;
    private static final int ERSPAN_FRAME_TYPE_MASK = 0x7c00;
    private static final int ERSPAN_FRAME_TYPE_IP = 2 << 10;
    private static final int ERSPAN_SUBHEADER = 0x0001;

    private static final Layer BEHIND_ERSPAN_II = Layer.skip(ERSPAN_II_BYTES, EtherTypes.ETHERNET);
    private static final Layer BEHIND_ERSPAN_III = GreLayer::erspan3;

    private GreLayer() {}

    @Override
    public Layer step(Walk walk) {
        if (!walk.has(MIN_BYTES)) {
            return End.CUT_SHORT;
        }
        int flags = walk.uint16(0);
        int protocol = walk.uint16(PROTOCOL_OFFSET);
        boolean isErspan = protocol == ERSPAN_II || protocol == ERSPAN_III;
        boolean isWanted = isErspan ? walk.tunnels().erspan() : walk.tunnels().gre();
        if (!isWanted || (flags & ROUTING) != 0) {
            return End.IP;
        }
        return walk.skip(headerBytes(flags), isErspan ? erspan(flags, protocol) : EtherTypes.behind(protocol, walk));
    }

    private static int headerBytes(int flags) {
        int optional = flags & (CHECKSUM | KEY | SEQUENCE | ACKNOWLEDGEMENT);
        return MIN_BYTES + Integer.bitCount(optional) * FIELD_BYTES;
    }

    private static Layer erspan(int flags, int protocol) {
        if (protocol == ERSPAN_III) {
            return BEHIND_ERSPAN_III;
        }
        return (flags & SEQUENCE) != 0 ? BEHIND_ERSPAN_II : EtherTypes.ETHERNET;
    }

    private static Layer erspan3(Walk walk) {
        if (!walk.has(ERSPAN_III_BYTES)) {
            return End.CUT_SHORT;
        }
        int last = walk.uint16(ERSPAN_FRAME_TYPE_OFFSET);
        int bytes = ERSPAN_III_BYTES + ((last & ERSPAN_SUBHEADER) != 0 ? ERSPAN_II_BYTES : 0);
        boolean isIp = (last & ERSPAN_FRAME_TYPE_MASK) == ERSPAN_FRAME_TYPE_IP;
        return walk.skip(bytes, isIp ? IpLayer.INSTANCE : EtherTypes.ETHERNET);
    }
}
