package dev.intercept.tc;

import dev.intercept.netlink.AttributeCursor;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The devices of a network namespace, rtnetlink(7).
 *
 * <pre>
 *   struct ifinfomsg, 16 bytes                struct ifaddrmsg, 8 bytes
 *    0   family   u8                           0   family   u8
 *    2   type     u16   of the link header     4   index    u32
 *    4   index    s32
 *    8   flags    u32
 * </pre>
 */
public final class Devices {

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int IFINFO_BYTES = 16;
    private static final int IFADDR_BYTES = 8;
    private static final int IFLA_IFNAME = 3;
    private static final int IFF_LOOPBACK = 8;
    private static final int AF_INET = 2;

    private Devices() {}

    /** All of them, by index. */
    public static List<Device> list(Rtnetlink socket) throws SystemCallException {
        Set<Integer> addressed = addressed(socket);
        List<Device> devices = new ArrayList<>();
        socket.ask(
                new Request("RTM_GETLINK", RTM_GETLINK, Request.NLM_F_DUMP, IFINFO_BYTES),
                message -> add(message, addressed, devices));
        return devices;
    }

    private static Set<Integer> addressed(Rtnetlink socket) throws SystemCallException {
        Set<Integer> indexes = new HashSet<>();
        socket.ask(
                new Request("RTM_GETADDR", RTM_GETADDR, Request.NLM_F_DUMP, IFADDR_BYTES).int8(0, AF_INET), message -> {
                    boolean isWhole = message.bytes() >= NetlinkHeader.BYTES + IFADDR_BYTES;
                    if (isWhole && NetlinkHeader.type(message.data(), message.at()) == RTM_NEWADDR) {
                        indexes.add(message.data().getInt(message.at() + NetlinkHeader.BYTES + 4));
                    }
                });
        return indexes;
    }

    private static void add(MessageCursor message, Set<Integer> addressed, List<Device> devices) {
        ByteBuffer in = message.data();
        int header = message.at() + NetlinkHeader.BYTES;
        if (NetlinkHeader.type(in, message.at()) == RTM_NEWLINK
                && message.bytes() >= NetlinkHeader.BYTES + IFINFO_BYTES) {
            int index = in.getInt(header + 4);
            devices.add(new Device(
                    index,
                    text(message, NetlinkHeader.BYTES + IFINFO_BYTES, IFLA_IFNAME),
                    in.getShort(header + 2) & 0xffff,
                    (in.getInt(header + 8) & IFF_LOOPBACK) != 0,
                    addressed.contains(index)));
        }
    }

    private static String text(MessageCursor message, int headerBytes, int type) {
        AttributeCursor attributes = new AttributeCursor();
        attributes.begin(message, headerBytes);
        while (attributes.next()) {
            if (attributes.type() == type) {
                return text(attributes, message.data());
            }
        }
        return "";
    }

    /** A string without the zero at its end. */
    static String text(AttributeCursor attribute, ByteBuffer in) {
        byte[] bytes = new byte[Math.max(0, attribute.valueBytes() - 1)];
        in.get(attribute.value(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
