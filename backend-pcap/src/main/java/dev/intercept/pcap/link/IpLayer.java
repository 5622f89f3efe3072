package dev.intercept.pcap.link;

/**
 * IPv4, RFC 791, or IPv6, RFC 8200: where a walk ends, unless the packet is a tunnel's and is to be unwrapped.
 *
 * <pre>
 *   IPv4                                        IPv6
 *    0        version(4) ihl(4)                  0  version(4)
 *    6        flags(3) fragment offset(13)       6  next header
 *    9        protocol                          40  extension headers: next header, length in 8 bytes less one
 * </pre>
 */
final class IpLayer implements Layer {

    static final IpLayer INSTANCE = new IpLayer();

    private static final int IPV4_MIN_BYTES = 20;
    private static final int IPV4_FRAGMENT_OFFSET = 6;
    private static final int IPV4_PROTOCOL_OFFSET = 9;
    private static final int IPV4_FRAGMENT_MASK = 0x1fff;

    private static final int IPV6_BYTES = 40;
    private static final int IPV6_NEXT_HEADER_OFFSET = 6;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int IPV6_FRAGMENT_OFFSET = 2;
    private static final int IPV6_FRAGMENT_MASK = 0xfff8;
    private static final int EXTENSION_UNIT_BYTES = 8;

    private IpLayer() {}

    @Override
    public Layer step(Walk walk) {
        if (!walk.has(1)) {
            return End.CUT_SHORT;
        }
        int version = walk.uint8(0) >> 4;
        if (version != 4 && version != 6) {
            return walk.other(FrameKind.IP_VERSION, version);
        }
        walk.metIp();
        if (walk.tunnels().isEmpty()) {
            return End.IP;
        }
        return version == 4 ? inIpv4(walk) : inIpv6(walk);
    }

    private static Layer inIpv4(Walk walk) {
        if (!walk.has(IPV4_MIN_BYTES)) {
            return End.IP;
        }
        int protocol = walk.uint8(IPV4_PROTOCOL_OFFSET);
        int headerBytes = (walk.uint8(0) & 0x0f) * 4;
        boolean isFragment = (walk.uint16(IPV4_FRAGMENT_OFFSET) & IPV4_FRAGMENT_MASK) != 0;
        return isFragment || headerBytes < IPV4_MIN_BYTES
                ? End.IP
                : walk.skip(headerBytes, walk.tunnels().ofProtocol(protocol));
    }

    private static Layer inIpv6(Walk walk) {
        if (!walk.has(IPV6_BYTES)) {
            return End.IP;
        }
        int next = walk.uint8(IPV6_NEXT_HEADER_OFFSET);
        walk.skip(IPV6_BYTES, INSTANCE);
        while (isExtension(next)) {
            if (!walk.has(EXTENSION_UNIT_BYTES) || isLaterFragment(walk, next)) {
                return End.IP;
            }
            int bytes = next == FRAGMENT ? EXTENSION_UNIT_BYTES : (walk.uint8(1) + 1) * EXTENSION_UNIT_BYTES;
            next = walk.uint8(0);
            if (walk.skip(bytes, INSTANCE) == End.CUT_SHORT) {
                return End.IP;
            }
        }
        return walk.tunnels().ofProtocol(next);
    }

    private static boolean isExtension(int next) {
        return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT || next == DESTINATION_OPTIONS;
    }

    private static boolean isLaterFragment(Walk walk, int next) {
        return next == FRAGMENT && (walk.uint16(IPV6_FRAGMENT_OFFSET) & IPV6_FRAGMENT_MASK) != 0;
    }
}
