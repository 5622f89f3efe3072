package dev.intercept.pcap.link;

import java.nio.ByteBuffer;

/**
 * The EtherType field and the VLAN tags that may be stacked on it: IEEE 802.1Q, 802.1ad (QinQ) and the older 0x9100.
 *
 * <pre>
 *    0        EtherType: 0x0800 is IPv4; a tag protocol identifier says that a tag follows
 *    2        tag: priority(3) drop eligible(1) VLAN id(12)    } repeated
 *    4        EtherType                                       } for each tag
 * </pre>
 */
final class EtherTypes {

    static final int IPV4 = 0x0800;

    private static final int TAG_8021Q = 0x8100;
    private static final int TAG_8021AD = 0x88a8;
    private static final int TAG_9100 = 0x9100;

    private static final int TYPE_BYTES = 2;
    private static final int TAG_BYTES = 4;

    private EtherTypes() {}

    static boolean isTag(int etherType) {
        return etherType == TAG_8021Q || etherType == TAG_8021AD || etherType == TAG_9100;
    }

    /**
     * Steps over the tags.
     *
     * @param at index of the first EtherType field; may lie behind {@code end}
     * @return as {@link LinkLayer#ipv4At}
     */
    static int ipv4At(ByteBuffer frame, int at, int end) {
        for (int typeAt = at; typeAt + TYPE_BYTES <= end; typeAt += TAG_BYTES) {
            int type = frame.getShort(typeAt) & 0xffff;
            if (type == IPV4) {
                return typeAt + TYPE_BYTES;
            }
            if (!isTag(type)) {
                break;
            }
        }
        return LinkLayer.NOT_IPV4;
    }
}
