package dev.intercept.ipqueue;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;

/**
 * {@code IPQM_PACKET}: one queued packet, {@code struct ipq_packet_msg} of linux/netfilter_ipv4/ip_queue.h behind its
 * netlink header. Native byte order but for the hardware protocol.
 *
 * <pre>
 *   64-bit  32-bit
 *        0       0   netlink header, type 19
 *       16      16   packet id          word: opaque, negative as often as not, used again as soon as it was judged
 *       24      20   mark               word
 *       32      24   timestamp s, us    2 words
 *       48      32   hook               u32: 3 is OUTPUT
 *       52      36   in, out device     2 x char[16]
 *       84      68   hardware protocol  u16, big-endian: 0x0800 is IPv4
 *       86      70   hardware type      u16
 *       88      72   address length     u8, then the address u8[8], then padding
 *      104      84   data length        word: bytes of the packet that were copied
 *      112      88   the packet, then padding to a multiple of 4
 * </pre>
 *
 * The netlink header's length includes the padding, so only the data length shows where the packet ends. The kernel does not
 * translate between widths: a 32-bit process can use ip_queue of a 32-bit kernel only.
 */
final class PacketMessage {

    /** {@code IPQM_PACKET}. */
    static final int TYPE = 19;

    private static final int PACKET_ID_OFFSET = NetlinkHeader.BYTES;
    private static final int DATA_LENGTH_OFFSET_64 = 104;
    private static final int DATA_LENGTH_OFFSET_32 = 84;

    static final PacketMessage BITS_64 = new PacketMessage(WordSize.BITS_64);
    static final PacketMessage BITS_32 = new PacketMessage(WordSize.BITS_32);

    private final WordSize word;
    private final int dataLengthOffset;
    private final int payloadOffset;

    private PacketMessage(WordSize word) {
        this.word = word;
        dataLengthOffset = word == WordSize.BITS_64 ? DATA_LENGTH_OFFSET_64 : DATA_LENGTH_OFFSET_32;
        payloadOffset = dataLengthOffset + word.bytes();
    }

    static PacketMessage of(WordSize word) {
        return word == WordSize.BITS_64 ? BITS_64 : BITS_32;
    }

    /** Where the packet begins: 112 with 64 bits, 88 with 32. Shorter messages hold no packet. */
    int payloadOffset() {
        return payloadOffset;
    }

    /** The shortest message from which the packet id can be read, so that at least a verdict is possible. */
    int minBytesForId() {
        return PACKET_ID_OFFSET + word.bytes();
    }

    /** Give it back as it is. */
    long packetId(ByteBuffer memory, int offset) {
        return word.get(memory, offset + PACKET_ID_OFFSET);
    }

    /** Bytes of the packet that were copied; unsigned, to be checked against the bytes received. */
    long dataLength(ByteBuffer memory, int offset) {
        return word.get(memory, offset + dataLengthOffset);
    }
}
