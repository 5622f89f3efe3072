package dev.intercept.rtnetlink;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * A rule of IPv4 that has the segments that leave from one TCP port looked up in a table, Linux 4.17.
 * {@code struct fib_rule_hdr}:
 *
 * <pre>
 *    0  family u8   1  dst_len u8   2  src_len u8   3  tos u8
 *    4  table u8    5, 6  reserved  7  action u8    8  flags u32
 * </pre>
 *
 * linux/fib_rules.h.
 *
 * @param from the source address; empty for any
 * @param fromPort 1 to 65535
 * @param protocol who made it, as {@code ip rule} prints behind "proto"
 */
public record RoutingRule(Optional<Inet4Address> from, int fromPort, int table, int priority, int protocol) {

    static final byte IPPROTO_TCP = 6;

    private static final int RTM_NEWRULE = 32;
    private static final int RTM_DELRULE = 33;
    private static final int RTM_GETRULE = 34;

    private static final int HEADER_BYTES = 12;
    private static final int FR_ACT_TO_TBL = 1;
    private static final int HOST_BITS = 32;

    private static final int FRA_SRC = 2;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_TABLE = 15;
    private static final int FRA_PROTOCOL = 21;
    private static final int FRA_IP_PROTO = 22;
    private static final int FRA_SPORT_RANGE = 23;

    /** All rules of TCP ports that somebody with this protocol made. An older kernel's, which match more, have port 0. */
    public static List<RoutingRule> all(RtnetlinkSocket socket, int protocol) throws RtnetlinkException {
        RtnetlinkRequest dump = new RtnetlinkRequest(
                "reading the routing rules", RTM_GETRULE, RtnetlinkRequest.NLM_F_DUMP, header(0, 0));
        return socket.ask(dump, HEADER_BYTES).stream()
                .map(RoutingRule::of)
                .filter(rule -> rule.protocol == protocol)
                .toList();
    }

    private static RoutingRule of(RtnetlinkMessage message) {
        boolean isTcp = message.int8(FRA_IP_PROTO, 0) == IPPROTO_TCP;
        return new RoutingRule(
                message.attribute(FRA_SRC).map(Addresses::ipv4),
                isTcp ? firstPort(message) : 0,
                message.int32(FRA_TABLE, 0),
                message.int32(FRA_PRIORITY, 0),
                message.int8(FRA_PROTOCOL, 0));
    }

    private static int firstPort(RtnetlinkMessage message) {
        ByteBuffer range = ByteBuffer.wrap(message.attribute(FRA_SPORT_RANGE).orElse(new byte[0]))
                .order(ByteOrder.nativeOrder());
        return range.remaining() < Short.BYTES ? 0 : range.getShort() & 0xffff;
    }

    /**
     * Adds it.
     *
     * @return false when the kernel is too old to know ports in rules; nothing is left behind
     */
    public boolean add(RtnetlinkSocket socket) throws RtnetlinkException {
        int flags = RtnetlinkRequest.NLM_F_ACK | RtnetlinkRequest.NLM_F_CREATE | RtnetlinkRequest.NLM_F_EXCL;
        socket.ask(request("adding", RTM_NEWRULE, flags), HEADER_BYTES);
        // Such a kernel leaves out what it does not know, the protocol too: the rule would match every packet.
        if (all(socket, protocol).contains(this)) {
            return true;
        }
        remove(socket);
        return false;
    }

    /** Removes it; fine when it is not there. */
    public void remove(RtnetlinkSocket socket) throws RtnetlinkException {
        try {
            socket.ask(request("removing", RTM_DELRULE, RtnetlinkRequest.NLM_F_ACK), HEADER_BYTES);
        } catch (RtnetlinkException e) {
            if (!e.isAbsence()) {
                throw e;
            }
        }
    }

    private RtnetlinkRequest request(String what, int type, int flags) {
        RtnetlinkRequest request = new RtnetlinkRequest(
                        what + " the routing rule of port " + fromPort,
                        type,
                        flags,
                        header(from.isPresent() ? HOST_BITS : 0, FR_ACT_TO_TBL))
                .attribute(FRA_PRIORITY, priority)
                .attribute(FRA_TABLE, table)
                .attribute(FRA_PROTOCOL, new byte[] {(byte) protocol})
                .attribute(FRA_IP_PROTO, new byte[] {IPPROTO_TCP})
                .attribute(FRA_SPORT_RANGE, portRange());
        from.ifPresent(address -> request.attribute(FRA_SRC, address.getAddress()));
        return request;
    }

    /** {@code struct fib_rule_port_range}: first and last port, native order. */
    private byte[] portRange() {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) fromPort)
                .putShort((short) fromPort)
                .array();
    }

    private static byte[] header(int sourceBits, int action) {
        byte[] header = new byte[HEADER_BYTES];
        header[0] = Ipv4Route.AF_INET;
        header[2] = (byte) sourceBits;
        header[7] = (byte) action;
        return header;
    }
}
