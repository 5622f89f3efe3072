package dev.intercept.pcap.link;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Makes frames of random layers around an IPv4 packet. Knows where the packet is because it put it there: at the end. So what
 * it says of a frame depends on no code that reads frames.
 */
final class OddFrames {

    /** All tunnels, at the ports that are used here. */
    static final Decapsulation ALL_TUNNELS =
            new Decapsulation(new int[] {4789, 4790}, new int[] {6081}, new int[] {37008}, true, true, true);

    /**
     * One frame.
     *
     * @param bytes the frame, whose last bytes are the packet
     * @param tunnelAt where the outermost IP header begins: that of a tunnel, or the packet
     * @param packetAt where the packet begins
     */
    record Odd(String name, int linkType, byte[] bytes, int tunnelAt, int packetAt) {
        /** Where the IP packet is in the first {@code captured} bytes; -1 when they do not reach to one. */
        boolean hasIp(int captured) {
            return captured > tunnelAt;
        }

        boolean hasPacket(int captured) {
            return captured > packetAt;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private record Step(String name, int linkType, UnaryOperator<byte[]> wrap) {}

    private final Random random;

    OddFrames(long seed) {
        random = new Random(seed);
    }

    Odd next(byte[] packet) {
        StringBuilder name = new StringBuilder();
        byte[] ip = packet;
        int tunnels = random.nextInt(3);
        for (int i = 0; i < tunnels; i++) {
            ip = applied(any(TUNNELS), ip, name);
        }
        byte[] frame;
        Step link;
        if (random.nextInt(4) == 0) {
            link = any(LINKS_OF_IP);
            frame = applied(link, ip, name);
        } else {
            byte[] typed = typed(ip);
            for (int i = random.nextInt(3); i > 0; i--) {
                typed = applied(any(TYPED), typed, name);
            }
            link = any(LINKS);
            frame = applied(link, typed, name);
        }
        return new Odd(name.toString(), link.linkType, frame, frame.length - ip.length, frame.length - packet.length);
    }

    private Step any(List<Step> steps) {
        return steps.get(random.nextInt(steps.size()));
    }

    private static byte[] applied(Step step, byte[] payload, StringBuilder name) {
        name.insert(0, step.name + (name.isEmpty() ? "" : " "));
        return step.wrap.apply(payload);
    }

    /** EtherType and payload, to EtherType and payload. */
    private static final List<Step> TYPED = List.of(
            new Step("8100", 0, typed -> joined(hex("81000064"), typed)),
            new Step("88a8", 0, typed -> joined(hex("88a80064"), typed)),
            new Step("9100", 0, typed -> joined(hex("91000064"), typed)),
            new Step("9200", 0, typed -> joined(hex("92000064"), typed)),
            new Step("9300", 0, typed -> joined(hex("93000064"), typed)),
            new Step("vn-tag", 0, typed -> joined(hex("892600000000"), typed)),
            new Step("e-tag", 0, typed -> joined(hex("893f000000000000"), typed)),
            new Step("i-tag", 0, typed -> joined(hex("88e700000001"), ethernet(typed))),
            new Step("snap", 0, typed -> joined(hex("0100aaaa03000000"), typed)),
            new Step("snap-bridge", 0, typed -> joined(hex("0100aaaa030000f8"), typed)),
            new Step("mpls-ethernet", 0, typed -> joined(hex("88470006414000000000"), ethernet(typed))),
            new Step("mpls-bare-ethernet", 0, typed -> joined(hex("884700064140"), bareEthernet(typed))));

    private static final List<Step> LINKS = List.of(
            new Step("ethernet", 1, OddFrames::ethernet),
            new Step("sll", 113, typed -> joined(hex("0000000100060200000000010000"), typed)),
            new Step("sll2", 276, typed -> split(typed, hex("0000000000030001040602000000000100000000"), 18)),
            new Step("chdlc", 104, typed -> joined(hex("0f00"), typed)),
            new Step("chdlc-dir", 205, typed -> joined(hex("010f00"), typed)),
            new Step("ppp-serial-chdlc", 50, typed -> joined(hex("8f00"), typed)),
            new Step("firewire", 138, typed -> joined(new byte[16], typed)),
            new Step("ip-over-fc", 122, typed -> joined(joined(new byte[16], hex("aaaa03000000")), typed)),
            new Step("fddi", 10, typed -> joined(joined(new byte[13], hex("aaaa03000000")), typed)),
            new Step("ipoib", 242, typed -> joined(new byte[40], split(typed, hex("0000"), 2))),
            new Step("mpacket", 274, typed -> joined(hex("55555555555555d5"), ethernet(typed))),
            new Step("netanalyzer", 240, typed -> joined(new byte[4], ethernet(typed))),
            new Step("pktap", 258, typed -> joined(pktap(), ethernet(typed))),
            new Step("user2", 149, typed -> joined(pktap(), ethernet(typed))),
            new Step("ppi", 192, typed -> joined(hex("0000100001000000ffffffffffffffff"), ethernet(typed))),
            new Step("wlan", 105, typed -> joined(wlan(0x08, 0x02, 24), typed)),
            new Step("wlan-qos", 105, typed -> joined(wlan(0x88, 0x01, 26), typed)),
            new Step("wlan-qos-4-ht", 105, typed -> joined(wlan(0x88, 0x83, 36), typed)),
            new Step("radiotap", 127, typed -> joined(joined(hex("00000c000000000000000000"), wlan(8, 2, 24)), typed)));

    private static final List<Step> LINKS_OF_IP = List.of(
            new Step("raw", 101, ip -> ip),
            new Step("raw12", 12, ip -> ip),
            new Step("raw14", 14, ip -> ip),
            new Step("ipv4", 228, ip -> ip),
            new Step("null", 0, ip -> joined(hex("02000000"), ip)),
            new Step("loop", 108, ip -> joined(hex("00000002"), ip)),
            new Step("enc", 109, ip -> joined(hex("020000000000000000000000"), ip)),
            new Step("ppp", 9, ip -> ppp("00", ip)),
            new Step("ppp-framed", 9, ip -> ppp("ff0300", ip)),
            new Step("ppp-short", 9, ip -> ppp("", ip)),
            new Step("ppp-mpls", 9, ip -> joined(hex("028100064140"), ip)),
            new Step("ppp-dir", 204, ip -> ppp("00ff0300", ip)),
            new Step("pppd", 166, ip -> ppp("0100", ip)),
            new Step("ppp-ether", 51, ip -> ppp("11000001002a00", ip)),
            new Step("ethernet pppoe", 1, ip -> ethernet(ppp("886411000001002a00", ip))),
            new Step("ethernet mpls", 1, ip -> ethernet(joined(hex("884700064040000c8140"), ip))),
            new Step("ethernet llc-ip", 1, ip -> ethernet(joined(hex("0100060603"), ip))),
            new Step("mpls", 219, ip -> joined(hex("00064140"), ip)),
            new Step("nflog", 239, ip -> joined(hex("020000000700010061626300"), nflog(ip, false))),
            new Step("nflog-big-endian", 239, ip -> joined(hex("020000000007000161626300"), nflog(ip, true))));

    private static final List<Step> TUNNELS = List.of(
            new Step("ipip", 0, ip -> ipv4(isIpv6(ip) ? 41 : 4, ip)),
            new Step("ip6-ip", 0, ip -> ipv6(isIpv6(ip) ? 41 : 4, ip)),
            new Step("gre", 0, ip -> ipv4(47, joined(hex("0000"), typed(ip)))),
            new Step(
                    "gre-all-fields",
                    0,
                    ip -> ipv4(47, joined(hex("b000"), split(typed(ip), hex("000000000000000100000002"), 12)))),
            new Step("gre-ethernet", 0, ip -> ipv4(47, joined(hex("2000655800000001"), ethernet(typed(ip))))),
            new Step("erspan1", 0, ip -> ipv4(47, joined(hex("000088be"), ethernet(typed(ip))))),
            new Step(
                    "erspan2", 0, ip -> ipv4(47, joined(hex("100088be000000011001006400000000"), ethernet(typed(ip))))),
            new Step("erspan3", 0, ip -> ipv6(47, joined(erspan3(0), ethernet(typed(ip))))),
            new Step("erspan3-sub", 0, ip -> ipv4(47, joined(joined(erspan3(1), new byte[8]), ethernet(typed(ip))))),
            new Step("vxlan", 0, ip -> ipv4(17, udp(4789, joined(hex("0800000000002a00"), ethernet(typed(ip)))))),
            new Step("vxlan6", 0, ip -> ipv6(17, udp(4789, joined(hex("0800000000002a00"), ethernet(typed(ip)))))),
            new Step(
                    "vxlan-gpe",
                    0,
                    ip -> ipv4(17, udp(4790, joined(hex(isIpv6(ip) ? "0c00000200002a00" : "0c00000100002a00"), ip)))),
            new Step("geneve", 0, ip -> ipv4(17, udp(6081, joined(hex("0000655800002a00"), ethernet(typed(ip)))))),
            new Step(
                    "geneve-opts",
                    0,
                    ip -> ipv4(
                            17, udp(6081, joined(hex("0200"), split(typed(ip), hex("00002a000108010161626364"), 12))))),
            new Step("tzsp", 0, ip -> ipv4(17, udp(37008, joined(hex("01000001000a01ff01"), ethernet(typed(ip)))))));

    private static byte[] wlan(int control, int flags, int bytes) {
        byte[] header = new byte[bytes];
        header[0] = (byte) control;
        header[1] = (byte) flags;
        return joined(header, hex("aaaa03000000"));
    }

    /** The protocol field, but for its last byte, is at the end of what is before. */
    private static byte[] ppp(String before, byte[] ip) {
        return joined(hex(before + (isIpv6(ip) ? "57" : "21")), ip);
    }

    private static byte[] pktap() {
        return ByteBuffer.allocate(108).put(hex("6c0000000100000001000000")).array();
    }

    private static byte[] nflog(byte[] ip, boolean bigEndian) {
        int bytes = ip.length + 4;
        short length = (short) bytes;
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.putShort(bigEndian ? length : Short.reverseBytes(length)).putShort((short) (bigEndian ? 9 : 9 << 8));
        return out.put(ip).array();
    }

    private static byte[] erspan3(int lastByte) {
        return joined(hex("100022eb00000001"), hex("2001006400000000000000" + String.format("%02x", lastByte)));
    }

    private static boolean isIpv6(byte[] ip) {
        return ip[0] >> 4 == 6;
    }

    private static byte[] typed(byte[] ip) {
        return joined(hex(isIpv6(ip) ? "86dd" : "0800"), ip);
    }

    private static byte[] ethernet(byte[] typed) {
        return joined(hex("020000000001020000000002"), typed);
    }

    /** To an address that cannot be taken for a control word when an 802.3 length follows. */
    private static byte[] bareEthernet(byte[] typed) {
        return joined(hex(typed[0] == 1 ? "a20000000001020000000002" : "020000000001020000000002"), typed);
    }

    /** The field first, then {@code between}, then what follows the field. */
    private static byte[] split(byte[] typed, byte[] between, int betweenBytes) {
        ByteBuffer out = ByteBuffer.allocate(typed.length + betweenBytes);
        return out.put(typed, 0, 2)
                .put(between, 0, betweenBytes)
                .put(typed, 2, typed.length - 2)
                .array();
    }

    private static byte[] udp(int port, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(8 + payload.length);
        out.putShort((short) 5)
                .putShort((short) port)
                .putShort((short) out.capacity())
                .putShort((short) 0);
        return out.put(payload).array();
    }

    private static byte[] ipv4(int protocol, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(20 + payload.length);
        out.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) out.capacity())
                .putInt(0)
                .put((byte) 64);
        out.put((byte) protocol).putShort((short) 0).putInt(0x0a000001).putInt(0x0a000002);
        return out.put(payload).array();
    }

    /** With an extension header of options for the destination. */
    private static byte[] ipv6(int protocol, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(48 + payload.length);
        out.putInt(0x60000000)
                .putShort((short) (8 + payload.length))
                .put((byte) 60)
                .put((byte) 64);
        out.position(40).put((byte) protocol).put((byte) 0).put(hex("010400000000"));
        return out.put(payload).array();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
