package dev.intercept.rtnetlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes and rules of a real kernel, in a namespace of the test's own; {@code ip} is the judge. */
class RtnetlinkTest {

    private static final int TABLE = 0x4900_8EAC;
    private static final int PROTOCOL = 73;
    private static final int PORT = 36524;

    private NetworkNamespace namespace;
    private RtnetlinkSocket socket;

    @BeforeEach
    void layOut() throws Exception {
        namespace = new NetworkNamespace();
        for (String line : List.of(
                "ip link add d0 type veth peer name d1",
                "ip address add 198.51.100.1/24 dev d0",
                "ip link set d0 up",
                "ip link set d1 up",
                "ip route add 192.0.2.0/24 via 198.51.100.254 mtu 1400 initcwnd 20",
                "ip route add 203.0.113.0/24 via 10.9.9.9 dev d0 onlink")) {
            namespace.exec(line.split(" "));
        }
        socket = namespace.call(RtnetlinkSocket::new);
    }

    @AfterEach
    void close() {
        socket.close();
        namespace.close();
    }

    private static Inet4Address ip(String text) {
        try {
            return (Inet4Address) InetAddress.getByName(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Ipv4Route lookUp(RtnetlinkSocket socket, String to) throws IOException {
        return Ipv4Route.lookUp(socket, ip("198.51.100.1"), ip(to));
    }

    private String table() throws Exception {
        return namespace.exec("ip", "-d", "route", "show", "table", Integer.toString(TABLE));
    }

    private static RoutingRule rule(Optional<Inet4Address> from) {
        return new RoutingRule(from, PORT, TABLE, 32_765, PROTOCOL);
    }

    @Test
    void shouldCopyARouteWithGatewayAndMetricsAndAddQuickack() throws Exception {
        lookUp(socket, "192.0.2.7").putWithQuickack(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        String copy = table();
        for (String part :
                List.of("192.0.2.7 via 198.51.100.254 dev d0", "proto 73", "mtu 1400", "initcwnd 20", "quickack 1")) {
            assertTrue(copy.contains(part), part + " is not in " + copy);
        }
    }

    @Test
    void shouldCopyARouteWithoutGateway() throws Exception {
        lookUp(socket, "198.51.100.9").putWithQuickack(socket, ip("198.51.100.9"), TABLE, PROTOCOL);
        assertTrue(table().contains("198.51.100.9 dev d0 proto 73 scope link quickack 1"), table());
    }

    @Test
    void shouldCopyARouteWhoseGatewayIsReachableByNoOtherRoute() throws Exception {
        lookUp(socket, "203.0.113.7").putWithQuickack(socket, ip("203.0.113.7"), TABLE, PROTOCOL);
        assertTrue(table().contains("203.0.113.7 via 10.9.9.9 dev d0"), table());
    }

    @Test
    void shouldReplaceACopyAndRemoveIt() throws Exception {
        lookUp(socket, "192.0.2.7").putWithQuickack(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        lookUp(socket, "198.51.100.9").putWithQuickack(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        assertEquals(1, table().lines().count(), table());
        Ipv4Route.remove(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        Ipv4Route.remove(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        assertEquals("", table());
    }

    @Test
    void shouldRemoveOnlyRoutesOfItsProtocolAndTable() throws Exception {
        lookUp(socket, "192.0.2.7").putWithQuickack(socket, ip("192.0.2.7"), TABLE, PROTOCOL);
        lookUp(socket, "192.0.2.8").putWithQuickack(socket, ip("192.0.2.8"), TABLE, 99);
        lookUp(socket, "192.0.2.9").putWithQuickack(socket, ip("192.0.2.9"), TABLE + 1, PROTOCOL);
        Ipv4Route.removeAll(socket, TABLE, PROTOCOL);
        assertTrue(table().startsWith("unicast 192.0.2.8") && table().lines().count() == 1, table());
        assertTrue(namespace
                .exec("ip", "route", "show", "table", Integer.toString(TABLE + 1))
                .startsWith("192.0.2.9"));
    }

    @Test
    void shouldSendOnlyThePortsSegmentsByTheCopy() throws Exception {
        assertTrue(rule(Optional.empty()).add(socket));
        lookUp(socket, "192.0.2.7").putWithQuickack(socket, ip("192.0.2.7"), TABLE, PROTOCOL);

        Ipv4Route ofPort = Ipv4Route.lookUp(socket, ip("198.51.100.1"), PORT, ip("192.0.2.7"));
        assertEquals(TABLE, ofPort.table());
        assertTrue(ofPort.hasQuickack());

        Ipv4Route ofAnotherPort = Ipv4Route.lookUp(socket, ip("198.51.100.1"), PORT + 1, ip("192.0.2.7"));
        assertEquals(Ipv4Route.RT_TABLE_MAIN, ofAnotherPort.table());
        assertFalse(ofAnotherPort.hasQuickack());
        assertTrue(ofAnotherPort.isSameWayAs(lookUp(socket, "192.0.2.7")));
    }

    @Test
    void shouldAddFindAndRemoveRules() throws Exception {
        RoutingRule any = rule(Optional.empty());
        RoutingRule bound = new RoutingRule(Optional.of(ip("198.51.100.1")), PORT, TABLE + 1, 32_765, PROTOCOL);
        assertTrue(any.add(socket));
        assertTrue(bound.add(socket));
        String rules = namespace.exec("ip", "rule");
        assertTrue(rules.contains("32765:\tfrom all ipproto tcp sport 36524 lookup 1224773292 proto 73"), rules);
        assertTrue(rules.contains("from 198.51.100.1 ipproto tcp sport 36524"), rules);
        assertEquals(List.of(any, bound), RoutingRule.all(socket, PROTOCOL));
        any.remove(socket);
        any.remove(socket);
        assertEquals(List.of(bound), RoutingRule.all(socket, PROTOCOL));
    }

    @Test
    void shouldSayWhatWasRefusedAndWhy() {
        RtnetlinkException unreachable = assertThrows(RtnetlinkException.class, () -> lookUp(socket, "10.0.0.1"));
        assertTrue(
                unreachable.getMessage().startsWith("looking up the route to 10.0.0.1 failed: errno 101"),
                unreachable.getMessage());
    }

    @Test
    void shouldReadWhatIsCutOrContradictsItselfWithoutFailing() {
        Random random = new Random(73);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            new RtnetlinkMessage(ByteBuffer.wrap(bytes), 12);
        }
        byte[] whole = RtnetlinkRequest.encoded(5, new byte[] {1, 2, 3, 4});
        for (int length = 0; length < whole.length; length++) {
            assertEquals(
                    0,
                    RtnetlinkMessage.attributes(ByteBuffer.wrap(whole, 0, length))
                            .size());
        }
        assertEquals(1, RtnetlinkMessage.attributes(ByteBuffer.wrap(whole)).size());
    }
}
