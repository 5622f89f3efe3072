package dev.intercept.rtnetlink;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Routes of IPv4: which one the kernel takes to a host, and host routes that equal it but for a metric. {@code struct rtmsg}:
 *
 * <pre>
 *    0  rtm_family u8    1  rtm_dst_len u8    2  rtm_src_len u8   3  rtm_tos u8
 *    4  rtm_table u8     5  rtm_protocol u8   6  rtm_scope u8     7  rtm_type u8
 *    8  rtm_flags u32
 * </pre>
 *
 * linux/rtnetlink.h.
 *
 * @param path device, gateway, metrics and encapsulation as the kernel wrote them, by attribute
 */
public record Ipv4Route(int type, int table, int protocol, Map<Integer, byte[]> path) {

    /** What a look-up ends with: a way out, or this host itself. */
    public static final int RTN_UNICAST = 1;

    public static final int RTN_LOCAL = 2;

    /** Tables that no rule of an administrator leads to. */
    public static final int RT_TABLE_DEFAULT = 253;

    public static final int RT_TABLE_MAIN = 254;

    static final int AF_INET = 2;

    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;

    private static final int HEADER_BYTES = 12;
    private static final int PROTOCOL_OFFSET = 5;
    private static final int TYPE_OFFSET = 7;
    private static final int HOST_BITS = 32;
    private static final byte RT_SCOPE_UNIVERSE = 0;
    private static final byte RT_SCOPE_LINK = (byte) 253;

    /** The gateway is on that device, whatever the other routes say: so it was in the route that is copied. */
    private static final int RTNH_F_ONLINK = 4;

    private static final int RTM_F_LOOKUP_TABLE = 0x1000;

    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_METRICS = 8;
    private static final int RTA_TABLE = 15;
    private static final int RTA_VIA = 18;
    private static final int RTA_ENCAP_TYPE = 21;
    private static final int RTA_ENCAP = 22;
    private static final int RTA_IP_PROTO = 27;
    private static final int RTA_SPORT = 28;
    private static final int RTAX_QUICKACK = 15;

    private static final List<Integer> PATH =
            List.of(RTA_OIF, RTA_GATEWAY, RTA_METRICS, RTA_VIA, RTA_ENCAP_TYPE, RTA_ENCAP);

    /** The route that packets between two addresses take, as far as it does not depend on protocol and ports. */
    public static Ipv4Route lookUp(RtnetlinkSocket socket, Inet4Address from, Inet4Address to)
            throws RtnetlinkException {
        return answer(socket, lookUp(from, to));
    }

    /** The route that segments of a TCP connection take that leave from a port; Linux 4.17. */
    public static Ipv4Route lookUp(RtnetlinkSocket socket, Inet4Address from, int fromPort, Inet4Address to)
            throws RtnetlinkException {
        RtnetlinkRequest request = lookUp(from, to)
                .attribute(RTA_IP_PROTO, new byte[] {RoutingRule.IPPROTO_TCP})
                .attribute(
                        RTA_SPORT,
                        ByteBuffer.allocate(Short.BYTES)
                                .putShort((short) fromPort)
                                .array());
        return answer(socket, request);
    }

    private static RtnetlinkRequest lookUp(Inet4Address from, Inet4Address to) {
        byte[] header = header(0, 0, 0, RTM_F_LOOKUP_TABLE);
        header[2] = HOST_BITS;
        return new RtnetlinkRequest("looking up the route to " + to.getHostAddress(), RTM_GETROUTE, 0, header)
                .attribute(RTA_DST, to.getAddress())
                .attribute(RTA_SRC, from.getAddress());
    }

    private static Ipv4Route answer(RtnetlinkSocket socket, RtnetlinkRequest request) throws RtnetlinkException {
        List<RtnetlinkMessage> answers = socket.ask(request, HEADER_BYTES);
        if (answers.isEmpty()) {
            throw new RtnetlinkException(request.what(), RtnetlinkException.ENOENT);
        }
        return of(answers.get(0));
    }

    private static Ipv4Route of(RtnetlinkMessage message) {
        Map<Integer, byte[]> path = new TreeMap<>();
        for (int attribute : PATH) {
            message.attribute(attribute).ifPresent(value -> path.put(attribute, value));
        }
        return new Ipv4Route(
                message.header(TYPE_OFFSET),
                message.int32(RTA_TABLE, RT_TABLE_MAIN),
                message.header(PROTOCOL_OFFSET),
                path);
    }

    /** Puts a host route into a table, or in the place of the one there: this route's way, and acknowledgements at once. */
    public void putWithQuickack(RtnetlinkSocket socket, Inet4Address to, int intoTable, int withProtocol)
            throws RtnetlinkException {
        boolean hasGateway = path.containsKey(RTA_GATEWAY) || path.containsKey(RTA_VIA);
        RtnetlinkRequest request = new RtnetlinkRequest(
                        "adding a route to " + to.getHostAddress() + " to table " + intoTable,
                        RTM_NEWROUTE,
                        RtnetlinkRequest.NLM_F_ACK | RtnetlinkRequest.NLM_F_CREATE | RtnetlinkRequest.NLM_F_REPLACE,
                        header(
                                withProtocol,
                                hasGateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
                                RTN_UNICAST,
                                hasGateway ? RTNH_F_ONLINK : 0))
                .attribute(RTA_DST, to.getAddress())
                .attribute(RTA_TABLE, intoTable);
        path.forEach((attribute, value) -> {
            if (attribute != RTA_METRICS) {
                request.attribute(attribute, value);
            }
        });
        socket.ask(request.attribute(RTA_METRICS, withQuickack()), HEADER_BYTES);
    }

    private byte[] withQuickack() {
        Map<Integer, byte[]> metrics = RtnetlinkMessage.attributes(
                ByteBuffer.wrap(Optional.ofNullable(path.get(RTA_METRICS)).orElse(new byte[0])));
        metrics.put(RTAX_QUICKACK, RtnetlinkRequest.int32(1));
        ByteArrayOutputStream nested = new ByteArrayOutputStream();
        metrics.forEach((metric, value) -> nested.writeBytes(RtnetlinkRequest.encoded(metric, value)));
        return nested.toByteArray();
    }

    /** Whether acknowledgements are sent at once on it. */
    public boolean hasQuickack() {
        byte[] metrics = path.getOrDefault(RTA_METRICS, new byte[0]);
        byte[] quickack =
                RtnetlinkMessage.attributes(ByteBuffer.wrap(metrics)).getOrDefault(RTAX_QUICKACK, new byte[1]);
        return !Arrays.equals(quickack, new byte[quickack.length]);
    }

    /** Whether both lead the same way, with the same metrics. */
    public boolean isSameWayAs(Ipv4Route other) {
        return type == other.type
                && path.keySet().equals(other.path.keySet())
                && path.entrySet().stream()
                        .allMatch(each -> Arrays.equals(each.getValue(), other.path.get(each.getKey())));
    }

    /** Takes a host route out of a table; fine when there is none. */
    public static void remove(RtnetlinkSocket socket, Inet4Address to, int fromTable, int withProtocol)
            throws RtnetlinkException {
        RtnetlinkRequest request = new RtnetlinkRequest(
                        "removing the route to " + to.getHostAddress() + " from table " + fromTable,
                        RTM_DELROUTE,
                        RtnetlinkRequest.NLM_F_ACK,
                        header(withProtocol, 255, 0, 0))
                .attribute(RTA_DST, to.getAddress())
                .attribute(RTA_TABLE, fromTable);
        try {
            socket.ask(request, HEADER_BYTES);
        } catch (RtnetlinkException e) {
            if (!e.isAbsence()) {
                throw e;
            }
        }
    }

    /** Takes all host routes of a protocol out of a table. */
    public static void removeAll(RtnetlinkSocket socket, int fromTable, int withProtocol) throws RtnetlinkException {
        RtnetlinkRequest dump = new RtnetlinkRequest(
                "reading the routes", RTM_GETROUTE, RtnetlinkRequest.NLM_F_DUMP, header(0, 0, 0, 0));
        for (RtnetlinkMessage message : socket.ask(dump, HEADER_BYTES)) {
            Optional<byte[]> destination = message.attribute(RTA_DST);
            if (message.int32(RTA_TABLE, 0) == fromTable
                    && message.header(PROTOCOL_OFFSET) == withProtocol
                    && destination.isPresent()) {
                remove(socket, Addresses.ipv4(destination.get()), fromTable, withProtocol);
            }
        }
    }

    private static byte[] header(int protocol, int scope, int type, int flags) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.nativeOrder())
                .put((byte) AF_INET)
                .put((byte) HOST_BITS)
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) 0)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) type)
                .putInt(flags)
                .array();
    }
}
