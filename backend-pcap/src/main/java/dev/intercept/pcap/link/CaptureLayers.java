package dev.intercept.pcap.link;

/**
 * Headers that the capturing system put before a frame or packet. tcpdump.org, link-layer header types.
 *
 * <pre>
 *   LINUX_SLL                                   LINUX_SLL2                         NULL, LOOP
 *    0  packet type                              0  EtherType                       0  address family (4 bytes), in
 *    2  ARPHRD_ type                             4  index of the device                the capturing host's order or
 *    6  sender's address (8 bytes)               8  ARPHRD_ type                       the network's
 *   14  EtherType                               12  sender's address (8 bytes)
 *
 *   NFLOG                                       PKTAP, little-endian               PPI, radiotap, little-endian
 *    0  family, version, group (2 bytes)         0  length of this header           2  length of this header
 *    4  attributes of nfnetlink_log, host order: 8  link type of what follows       4  PPI: link type of what follows
 *       length (2), type (2), value, padding
 * </pre>
 */
final class CaptureLayers {

    private static final int SLL_PROTOCOL_OFFSET = 14;
    private static final int SLL2_BYTES = 20;

    private static final int FAMILY_BYTES = 4;

    /** Linux, NetBSD, FreeBSD, macOS. AF_INET is 2 on all. */
    private static final int[] FAMILIES = {2, 10, 24, 28, 30};

    private static final int NFLOG_BYTES = 4;
    private static final int ATTRIBUTE_BYTES = 4;
    private static final int ATTRIBUTE_TYPE_OFFSET = 2;
    private static final int NFULA_PAYLOAD = 9;

    private static final int PKTAP_MIN_BYTES = 12;
    private static final int PKTAP_LINK_TYPE_OFFSET = 8;

    /** Some files have the device's name, 24 bytes, before the link type; their header is shorter than it says. */
    private static final int PKTAP_BEHIND_NAME_OFFSET = 32;

    private static final int PKTAP_NAME_FIRST_BYTES = 92;

    private static final int PPI_MIN_BYTES = 8;
    private static final int LENGTH_OFFSET = 2;
    private static final int PPI_LINK_TYPE_OFFSET = 4;

    private CaptureLayers() {}

    static final Layer COOKED = Layer.skip(SLL_PROTOCOL_OFFSET, EtherTypes.FIELD);

    static Layer cookedV2(Walk walk) {
        if (!walk.has(SLL2_BYTES)) {
            return End.CUT_SHORT;
        }
        int type = walk.uint16(0);
        return walk.skip(SLL2_BYTES, EtherTypes.behind(type, walk));
    }

    static Layer loopback(Walk walk) {
        if (!walk.has(FAMILY_BYTES)) {
            return End.CUT_SHORT;
        }
        int family = walk.int32(0);
        for (int known : FAMILIES) {
            if (family == known || Integer.reverseBytes(family) == known) {
                return walk.skip(FAMILY_BYTES, IpLayer.INSTANCE);
            }
        }
        return walk.other(FrameKind.FAMILY, family);
    }

    static Layer nflog(Walk walk) {
        Layer next = walk.skip(NFLOG_BYTES, IpLayer.INSTANCE);
        while (next != End.CUT_SHORT && walk.has(ATTRIBUTE_BYTES)) {
            // No type is above 255, so the byte that is 0 shows the order.
            boolean isLittleEndian = walk.uint8(ATTRIBUTE_TYPE_OFFSET + 1) == 0;
            int type = isLittleEndian ? walk.uint8(ATTRIBUTE_TYPE_OFFSET) : walk.uint16(ATTRIBUTE_TYPE_OFFSET);
            int bytes = isLittleEndian ? walk.uint16LittleEndian(0) : walk.uint16(0);
            if (type == NFULA_PAYLOAD) {
                return walk.skip(ATTRIBUTE_BYTES, IpLayer.INSTANCE);
            }
            next = walk.skip(Math.max(ATTRIBUTE_BYTES, (bytes + 3) & ~3), IpLayer.INSTANCE);
        }
        return End.CUT_SHORT;
    }

    static Layer packetTap(Walk walk) {
        if (!walk.has(PKTAP_MIN_BYTES)) {
            return End.CUT_SHORT;
        }
        int linkType = walk.int32LittleEndian(PKTAP_LINK_TYPE_OFFSET);
        boolean isNameFirst = !LinkLayers.isKnown(linkType) && walk.has(PKTAP_NAME_FIRST_BYTES);
        return isNameFirst
                ? behind(walk, PKTAP_NAME_FIRST_BYTES, walk.int32LittleEndian(PKTAP_BEHIND_NAME_OFFSET))
                : behind(walk, walk.int32LittleEndian(0), linkType);
    }

    static Layer perPacketInformation(Walk walk) {
        if (!walk.has(PPI_MIN_BYTES)) {
            return End.CUT_SHORT;
        }
        return behind(walk, walk.uint16LittleEndian(LENGTH_OFFSET), walk.int32LittleEndian(PPI_LINK_TYPE_OFFSET));
    }

    static Layer radiotap(Walk walk) {
        if (!walk.has(LENGTH_OFFSET + 2)) {
            return End.CUT_SHORT;
        }
        int bytes = walk.uint16LittleEndian(LENGTH_OFFSET);
        return walk.skip(Math.max(LENGTH_OFFSET + 2, bytes), WlanLayer.INSTANCE);
    }

    private static Layer behind(Walk walk, int headerBytes, int linkType) {
        Layer next = LinkLayers.of(linkType);
        if (next == null || headerBytes < PPI_MIN_BYTES) {
            return walk.other(FrameKind.LINK_TYPE, linkType);
        }
        return walk.skip(headerBytes, next);
    }
}
