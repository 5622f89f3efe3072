package dev.intercept.pcap.link;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;

/** Puts an IPv4 packet into frames of every kind that is understood. */
public final class Frames {

    /** The VXLAN port in {@link Kind}s that use it. */
    public static final int VXLAN_PORT = 4789;

    private static final byte[] MAC_ADDRESSES = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    private static final int ETHERNET_MIN_BYTES = 60;

    /**
     * One way to put a packet into a frame.
     *
     * @param linkType what a capture file of such frames has in its header
     */
    public record Kind(String name, int linkType, UnaryOperator<byte[]> frame) {
        /** Whether tcpdump 4.99 looks through these headers. */
        public boolean isReadByTcpdump() {
            return !name.contains("DLT 14") && !name.contains("SLL2, ") && !name.contains("unframed");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Frames() {}

    public static List<Kind> kinds() {
        return List.of(
                new Kind("Ethernet", 1, Frames::ethernet),
                new Kind("Ethernet, 802.1Q", 1, ip -> ethernetTyped(tagged(ip, 0x8100))),
                new Kind("Ethernet, 802.1ad and 802.1Q", 1, ip -> ethernetTyped(tagged(ip, 0x88a8, 0x8100))),
                new Kind("Ethernet, four tags", 1, ip -> ethernetTyped(tagged(ip, 0x9100, 0x88a8, 0x9100, 0x8100))),
                new Kind("Ethernet, VXLAN", 1, ip -> ethernetTyped(typed(vxlan(ethernet(ip))))),
                new Kind("Ethernet, 802.1Q, VXLAN, 802.1Q", 1, Frames::taggedVxlan),
                new Kind("SLL", 113, ip -> sll(typed(ip))),
                new Kind("SLL, 802.1Q", 113, ip -> sll(tagged(ip, 0x8100))),
                new Kind("SLL, VXLAN", 113, ip -> sll(typed(vxlan(ethernet(ip))))),
                new Kind("SLL2", 276, ip -> sll2(typed(ip))),
                new Kind("SLL2, 802.1ad and 802.1Q", 276, ip -> sll2(tagged(ip, 0x88a8, 0x8100))),
                new Kind("RAW", 101, ip -> ip),
                new Kind("RAW as DLT 12", 12, ip -> ip),
                new Kind("RAW as DLT 14", 14, ip -> ip),
                new Kind("IPV4", 228, ip -> ip),
                new Kind("NULL, little-endian", 0, ip -> joined(bytes(2, 0, 0, 0), ip)),
                new Kind("NULL, big-endian", 0, ip -> joined(bytes(0, 0, 0, 2), ip)),
                new Kind("LOOP", 108, ip -> joined(bytes(0, 0, 0, 2), ip)),
                new Kind("C-HDLC", 104, ip -> joined(bytes(0x0f, 0, 8, 0), ip)),
                new Kind("PPP", 9, ip -> joined(bytes(0, 0x21), ip)),
                new Kind("PPP, HDLC-like framing", 9, ip -> joined(bytes(0xff, 3, 0, 0x21), ip)),
                new Kind("PPP, compressed", 9, ip -> joined(bytes(0x21), ip)),
                new Kind("PPP_SERIAL", 50, ip -> joined(bytes(0xff, 3, 0, 0x21), ip)),
                new Kind("PPP_SERIAL, unframed", 50, ip -> joined(bytes(0, 0x21), ip)),
                new Kind("PPP_SERIAL, Cisco", 50, ip -> joined(bytes(0x8f, 0, 8, 0), ip)));
    }

    /** Ethernet around IPv4, padded as the hardware does. */
    public static byte[] ethernet(byte[] ip) {
        return ethernetTyped(typed(ip));
    }

    static byte[] ethernetTyped(byte[] typedPayload) {
        byte[] frame = joined(MAC_ADDRESSES, typedPayload);
        return frame.length >= ETHERNET_MIN_BYTES ? frame : joined(frame, new byte[ETHERNET_MIN_BYTES - frame.length]);
    }

    private static byte[] taggedVxlan(byte[] ip) {
        return ethernetTyped(tagged(vxlan(ethernetTyped(tagged(ip, 0x8100))), 0x8100));
    }

    /** An EtherType field and what follows it. */
    static byte[] typed(byte[] ip) {
        return joined(bytes(8, 0), ip);
    }

    /** Tags, the EtherType and what follows it. */
    static byte[] tagged(byte[] ip, int... tagProtocols) {
        byte[] frame = typed(ip);
        for (int i = tagProtocols.length - 1; i >= 0; i--) {
            int vlan = 100 + i;
            frame = joined(bytes(tagProtocols[i] >> 8, tagProtocols[i], 0, vlan), frame);
        }
        return frame;
    }

    private static byte[] sll(byte[] typedPayload) {
        byte[] start = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0};
        return joined(start, typedPayload);
    }

    private static byte[] sll2(byte[] typedPayload) {
        byte[] rest = {0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0};
        ByteBuffer payload = ByteBuffer.wrap(typedPayload);
        byte[] type = new byte[2];
        byte[] behind = new byte[typedPayload.length - 2];
        payload.get(type).get(behind);
        return joined(joined(type, rest), behind);
    }

    /** IPv4, UDP and VXLAN headers in front of a frame. */
    static byte[] vxlan(byte[] frame) {
        byte[] payload = vxlanPayload(frame);
        ByteBuffer out = ByteBuffer.allocate(20 + 8 + payload.length);
        out.put((byte) 0x45).put((byte) 0).putShort((short) out.capacity()).putInt(0);
        out.put((byte) 64).put((byte) 17).putShort((short) 0).putInt(0x0a000001).putInt(0x0a000002);
        out.putShort((short) 50_000).putShort((short) VXLAN_PORT).putShort((short) (out.capacity() - 20));
        return out.putShort((short) 0).put(payload).array();
    }

    /** The VXLAN header in front of a frame: a datagram's payload. */
    public static byte[] vxlanPayload(byte[] frame) {
        int vni = 77;
        return ByteBuffer.allocate(8 + frame.length)
                .putInt(0x08000000)
                .putInt(vni << 8)
                .put(frame)
                .array();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
