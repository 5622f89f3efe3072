package dev.intercept.quickack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.server.HostRoutes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the host's rules and routes, in a namespace of the test's own; {@code ip} is the judge. */
class QuickackRoutesTest {

    private static final int PORT = 36524;
    private static final String OF_PORT = "ipproto tcp sport " + PORT;

    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    /** capset(2), for the calling thread. */
    private static final class Libc {
        static {
            Native.register(Libc.class, "c");
        }

        static native int capset(int[] header, int[] data) throws LastErrorException;
    }

    private NetworkNamespace namespace;
    private InetAddress local;
    private InetAddress peer;

    @BeforeEach
    void layOut() throws Exception {
        local = InetAddress.getByName("198.51.100.1");
        peer = InetAddress.getByName("192.0.2.7");
        namespace = new NetworkNamespace();
        ip("link add d0 type veth peer name d1");
        ip("address add 198.51.100.1/24 dev d0");
        ip("link set d0 up");
        ip("link set d1 up");
        ip("route add 192.0.2.0/24 via 198.51.100.254");
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private String ip(String words) throws Exception {
        return namespace.exec(("ip " + words).split(" "));
    }

    private HostRoutes routes(int port) throws Exception {
        return namespace.call(() -> QuickackRoutes.of(new InetSocketAddress(port)));
    }

    private String wayOfPort(int port) throws Exception {
        return ip("route get 192.0.2.7 from 198.51.100.1 ipproto tcp sport " + port);
    }

    private void assertUntouched() throws Exception {
        assertTrue(!ip("rule").contains("proto"), ip("rule"));
        assertEquals("", ip("route show table all proto 73"));
    }

    @Test
    void shouldLetOnlyTheTunnelsOwnSegmentsTakeTheCopy() throws Exception {
        HostRoutes routes = routes(PORT);
        String before = ip("route get 192.0.2.7");
        routes.opened(local, peer);
        assertTrue(wayOfPort(PORT).contains("quickack 1"), wayOfPort(PORT));
        assertTrue(!wayOfPort(PORT + 1).contains("quickack"), wayOfPort(PORT + 1));
        assertEquals(before, ip("route get 192.0.2.7"));
    }

    @Test
    void shouldRemoveARouteWithItsPeersLastTunnelAndEverythingAtTheEnd() throws Exception {
        HostRoutes routes = routes(PORT);
        routes.opened(local, peer);
        routes.opened(local, peer);
        routes.closed(peer);
        assertTrue(wayOfPort(PORT).contains("quickack"), wayOfPort(PORT));
        routes.closed(peer);
        assertEquals("", ip("route show table all proto 73"));
        routes.opened(local, peer);
        routes.close();
        assertUntouched();
    }

    @Test
    void shouldFollowARouteThatChangesGoesAndComesBack() throws Exception {
        HostRoutes routes = routes(PORT);
        routes.opened(local, peer);
        ip("route replace 192.0.2.0/24 via 198.51.100.253");
        routes.look();
        assertTrue(wayOfPort(PORT).contains("via 198.51.100.253"), wayOfPort(PORT));
        ip("route del 192.0.2.0/24");
        routes.look();
        assertEquals("", ip("route show table all proto 73"));
        ip("route add 192.0.2.0/24 via 198.51.100.254");
        routes.look();
        assertTrue(wayOfPort(PORT).contains("quickack 1"), wayOfPort(PORT));
    }

    @Test
    void shouldPutBackARouteThatTheKernelTookWithItsDevice() throws Exception {
        HostRoutes routes = routes(PORT);
        routes.opened(local, peer);
        ip("link set d0 down");
        ip("link set d0 up");
        ip("route add 192.0.2.0/24 via 198.51.100.254");
        routes.look();
        assertTrue(wayOfPort(PORT).contains("quickack 1"), wayOfPort(PORT));
    }

    @Test
    void shouldLeaveTrafficToTheRulesOfAnAdministrator() throws Exception {
        ip("rule add from 198.51.100.1 lookup 100");
        ip("route add 192.0.2.0/24 via 198.51.100.9 table 100");
        HostRoutes routes = routes(PORT);
        routes.opened(local, peer);
        routes.look();
        assertTrue(wayOfPort(PORT).contains("via 198.51.100.9"), wayOfPort(PORT));
        assertEquals("", ip("route show table all proto 73"));
    }

    @Test
    void shouldLeaveTrafficToARuleOfAnAdministratorForThePortItself() throws Exception {
        ip("rule add " + OF_PORT + " lookup 100");
        ip("route add 192.0.2.0/24 via 198.51.100.9 table 100");
        HostRoutes routes = routes(PORT);
        routes.opened(local, peer);
        assertTrue(wayOfPort(PORT).contains("via 198.51.100.9"), wayOfPort(PORT));
        assertEquals("", ip("route show table all proto 73"));
    }

    @Test
    void shouldKeepTwoInterceptsOfOneHostApart() throws Exception {
        HostRoutes first = routes(listening());
        int port = listening();
        HostRoutes second = routes(port);
        first.opened(local, peer);
        second.opened(local, peer);
        first.close();
        assertTrue(wayOfPort(port).contains("quickack 1"), wayOfPort(port));
        second.close();
        assertUntouched();
    }

    /** A port on which somebody listens in the namespace until the test ends. */
    private int listening() throws Exception {
        return namespace.call(() -> new ServerSocket(0)).getLocalPort();
    }

    @Test
    void shouldRemoveWhatAKilledInterceptLeftBehindOnThisPortOrAnother() throws Exception {
        ServerSocket stillThere = namespace.call(() -> new ServerSocket(PORT));
        routes(PORT).opened(local, peer);
        routes(PORT + 1).opened(local, peer);
        stillThere.close();
        assertEquals(2, ip("route show table all proto 73").lines().count());
        HostRoutes routes = routes(PORT);
        assertEquals("", ip("route show table all proto 73"));
        assertEquals(
                1, ip("rule").lines().filter(rule -> rule.contains("proto 73")).count(), ip("rule"));
        routes.close();
        assertUntouched();
    }

    @Test
    void shouldAddNoRouteToThisHostItself() throws Exception {
        HostRoutes routes = routes(PORT);
        routes.opened(local, local);
        assertEquals("", ip("route show table all proto 73"));
    }

    @Test
    void shouldOnlyConcernTheAddressThatItListensOn() throws Exception {
        ip("address add 198.51.100.2/24 dev d0");
        namespace
                .call(() -> QuickackRoutes.of(new InetSocketAddress(local, PORT)))
                .opened(local, peer);
        assertTrue(ip("rule").contains("from 198.51.100.1 " + OF_PORT), ip("rule"));
        assertTrue(wayOfPort(PORT).contains("quickack 1"));
        String other = ip("route get 192.0.2.7 from 198.51.100.2 " + OF_PORT);
        assertTrue(!other.contains("quickack"), other);
    }

    @Test
    void shouldLeaveTheHostAloneWithoutThePrivilege() throws Exception {
        assertSame(HostRoutes.UNTOUCHED, namespace.call(() -> {
            Libc.capset(new int[] {CAPABILITY_VERSION_3, 0}, new int[6]);
            return QuickackRoutes.of(new InetSocketAddress(PORT));
        }));
    }
}
