package dev.intercept.session;

import static dev.intercept.session.TableScene.CLIENT;
import static dev.intercept.session.TableScene.TARGET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import org.junit.jupiter.api.Test;

class SessionTableTest {

    private final TableScene scene = new TableScene();
    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final RecordingOutlet other = new RecordingOutlet();

    @Test
    void shouldFindTheTunnelThatAddedTheSession() {
        scene.add(10000, tunnel);
        scene.add(10001, other);

        assertSame(tunnel, scene.find(10000));
        assertSame(other, scene.find(10001));
        assertEquals(2, scene.table.size());
        assertEquals(2, scene.server(Counter.ROUTES_ADDED));
    }

    @Test
    void shouldKnowSessionsByTheTargetsPortAloneWhenItsAddressMayBeAny() {
        SessionTable table = new SessionTable(SessionLimits.DEFAULTS, new Counters(), true);
        table.add(CLIENT, 10000, TARGET, 8080, tunnel, scene.nowS);

        assertSame(tunnel, table.find(CLIENT, 10000, TARGET + 1, 8080, scene.nowS));
        assertNull(table.find(CLIENT, 10000, TARGET, 8081, scene.nowS));
        assertNull(table.findOrPark(
                TableScene.wrap(TableScene.synAck()
                        .from("203.0.113.7", 8080)
                        .to(TestNetwork.client(1), 10001)
                        .toBuffer()),
                scene.nowS,
                new Counters()));
        table.add(CLIENT, 10001, TARGET, 8080, other, scene.nowS);
        assertEquals(1, other.headers.size());
        assertTrue(table.remove(CLIENT, 10000, TARGET + 2, 8080, tunnel));
    }

    @Test
    void shouldDistinguishSessionsByEachOfTheFourParts() {
        scene.add(10000, tunnel);

        assertNull(scene.table.find(CLIENT + 1, 10000, TARGET, 8080, scene.nowS));
        assertNull(scene.table.find(CLIENT, 10001, TARGET, 8080, scene.nowS));
        assertNull(scene.table.find(CLIENT, 10000, TARGET + 1, 8080, scene.nowS));
        assertNull(scene.table.find(CLIENT, 10000, TARGET, 8081, scene.nowS));
    }

    @Test
    void shouldKeepSessionsApartWhosePartsHaveTheSameSum() {
        scene.table.add(CLIENT, 10000, TARGET, 8080, tunnel, scene.nowS);
        scene.table.add(CLIENT + 1, 9999, TARGET, 8080, other, scene.nowS);

        assertSame(tunnel, scene.table.find(CLIENT, 10000, TARGET, 8080, scene.nowS));
        assertSame(other, scene.table.find(CLIENT + 1, 9999, TARGET, 8080, scene.nowS));
    }

    @Test
    void shouldTakeAddressesAndPortsWithTheirHighestBitSet() {
        scene.table.add(0xffff_fffe, 0xffff, 0xe000_0001, 0xfffe, tunnel, scene.nowS);

        assertSame(tunnel, scene.table.find(0xffff_fffe, 0xffff, 0xe000_0001, 0xfffe, scene.nowS));
        assertNull(scene.table.find(0xffff_fffe, 0xffff, 0xe000_0001, 0xffff, scene.nowS));
    }

    @Test
    void shouldLeadTheResponsesOfAnyTargetOverAnOldClientsRoute() {
        scene.addAnyTarget(10000, tunnel);

        assertSame(tunnel, scene.find(10000, 8080));
        assertSame(tunnel, scene.find(10000, 443));
        assertNull(scene.find(10001));
        assertEquals(1, scene.table.wildcardRoutes());
        assertEquals(1, scene.table.size());
    }

    @Test
    void shouldPreferTheExactRouteToTheOneToAnyTarget() {
        scene.addAnyTarget(10000, tunnel);
        scene.add(10000, other);

        assertSame(other, scene.find(10000, 8080));
        assertSame(tunnel, scene.find(10000, 443));

        scene.delete(10000, other);
        assertSame(tunnel, scene.find(10000, 8080));
    }

    @Test
    void shouldMoveASessionToTheTunnelThatAddedItLast() {
        scene.add(10000, tunnel);
        scene.add(10000, other);

        assertSame(other, scene.find(10000));
        assertEquals(1, scene.table.size());
    }

    @Test
    void shouldEndASessionAtTheDelOfItsTunnel() {
        scene.add(10000, tunnel);

        assertTrue(scene.delete(10000, tunnel));
        assertNull(scene.find(10000));
        assertEquals(0, scene.table.size());
        assertEquals(1, scene.server(Counter.ROUTES_DELETED));
    }

    @Test
    void shouldIgnoreTheDelOfATunnelThatTheSessionLeft() {
        scene.add(10000, tunnel);
        scene.add(10000, other);

        assertFalse(scene.delete(10000, tunnel));
        assertSame(other, scene.find(10000));
        assertEquals(0, scene.server(Counter.ROUTES_DELETED));
    }

    @Test
    void shouldIgnoreTheDelOfASessionOrTunnelNeverHeardOf() {
        assertFalse(scene.delete(10000, tunnel));
        scene.add(10001, tunnel);
        assertFalse(scene.delete(10000, tunnel));
    }

    @Test
    void shouldEndOnlyTheRouteToAnyTargetAtAnOldClientsDel() {
        scene.addAnyTarget(10000, tunnel);
        scene.add(10000, tunnel);

        assertTrue(scene.table.remove(CLIENT, 10000, 0, 0, tunnel));
        assertSame(tunnel, scene.find(10000, 8080));
        assertNull(scene.find(10000, 443));
        assertEquals(0, scene.table.wildcardRoutes());
    }

    @Test
    void shouldEndAllSessionsOfAClosedTunnelAtOnce() {
        for (int port = 1; port <= 1000; port++) {
            scene.add(port, port % 2 == 0 ? tunnel : other);
        }
        scene.addAnyTarget(2000, tunnel);

        scene.table.closed(tunnel);

        assertEquals(500, scene.table.size());
        assertEquals(0, scene.table.wildcardRoutes());
        for (int port = 1; port <= 1000; port++) {
            assertSame(port % 2 == 0 ? null : other, scene.find(port));
        }
        assertNull(scene.find(2000));
        assertEquals(0, scene.server(Counter.SESSIONS_EXPIRED));
    }

    @Test
    void shouldFallBackToTheRouteToAnyTargetWhenTheExactRoutesTunnelCloses() {
        scene.addAnyTarget(10000, tunnel);
        scene.add(10000, other);

        scene.table.closed(other);

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldGiveTheSlotOfAClosedTunnelsSessionToTheNextTunnel() {
        scene.add(10000, tunnel);
        scene.table.closed(tunnel);

        scene.add(10000, other);

        assertSame(other, scene.find(10000));
        assertEquals(1, scene.table.size());
    }

    @Test
    void shouldNotMistakeANewTunnelForTheClosedOneWhoseNumberItGets() {
        for (int port = 1; port <= 300; port++) {
            RecordingOutlet shortLived = new RecordingOutlet();
            scene.add(port, shortLived);
            scene.table.closed(shortLived);
            scene.expireAll();
        }
        scene.add(400, tunnel);

        for (int port = 1; port <= 300; port++) {
            assertNull(scene.find(port));
        }
        assertEquals(1, scene.table.size());
    }

    @Test
    void shouldIgnoreTheCloseOfATunnelWithoutSessions() {
        scene.table.closed(tunnel);

        assertEquals(0, scene.table.size());
    }

    private void answer(int clientPort, int flags) {
        scene.table.find(
                TableScene.wrap(new PacketBuilder()
                        .from(TestNetwork.TARGET, TableScene.TARGET_PORT)
                        .to(TestNetwork.client(1), clientPort)
                        .flags(flags)
                        .toBuffer()),
                scene.nowS);
    }

    @Test
    void shouldCountASessionThatBeginsAgainWithNoMoreThanASynAck() {
        scene.add(10000, tunnel);
        answer(10000, PacketBuilder.SYN | PacketBuilder.ACK);
        scene.pass(1);
        scene.add(10000, tunnel);
        assertEquals(1, scene.server(Counter.ROUTES_RENEWED_AT_ONCE));
        scene.pass(4);
        scene.add(10000, tunnel);
        assertEquals(1, scene.server(Counter.ROUTES_RENEWED_SOON));
        scene.pass(10);
        scene.add(10000, tunnel);
        assertEquals(1, scene.server(Counter.ROUTES_RENEWED_AT_ONCE));
        assertEquals(1, scene.server(Counter.ROUTES_RENEWED_SOON));
    }

    /** The answers may be another intercept's. */
    @Test
    void shouldCountASessionThatBeginsAgainWithoutAnAnswerApart() {
        scene.add(10000, tunnel);
        scene.pass(1);
        scene.add(10000, tunnel);
        scene.pass(3);
        scene.add(10000, tunnel);
        scene.pass(10);
        scene.add(10000, tunnel);
        assertEquals(2, scene.server(Counter.ROUTES_RENEWED_UNANSWERED));
        assertEquals(0, scene.server(Counter.ROUTES_RENEWED_AT_ONCE) + scene.server(Counter.ROUTES_RENEWED_SOON));
    }

    /** A client that uses its port again: the connection before was served, or was refused. */
    @Test
    void shouldNotCountANewConnectionFromTheSamePort() {
        for (int last : new int[] {PacketBuilder.ACK, PacketBuilder.FIN, PacketBuilder.RST}) {
            scene.add(10000, tunnel);
            answer(10000, PacketBuilder.SYN | PacketBuilder.ACK);
            answer(10000, last);
        }
        scene.add(10000, tunnel);
        scene.table.closed(tunnel);
        scene.add(10000, other);
        assertEquals(0, scene.server(Counter.ROUTES_RENEWED_AT_ONCE));
        assertEquals(0, scene.server(Counter.ROUTES_TAKEN_OVER));
    }

    @Test
    void shouldCountASessionThatAnotherHostsTcpcopyAdds() {
        scene.add(10000, tunnel);
        scene.add(10000, other);
        assertEquals(0, scene.server(Counter.ROUTES_TAKEN_OVER));
        other.owner = 1;
        scene.add(10001, tunnel);
        Outlet robbed = scene.table.add(CLIENT, 10001, TARGET, TableScene.TARGET_PORT, other, scene.nowS);
        assertSame(tunnel, robbed);
        assertEquals(1, scene.server(Counter.ROUTES_TAKEN_OVER));
    }

    @Test
    void shouldKnowWhichAnswersCameForSessionsThatHadExpired() {
        scene.add(10000, tunnel);
        answer(10000, PacketBuilder.ACK);
        scene.pass(150);
        scene.expireAll();
        answerUnrouted(scene, 10000);
        answerUnrouted(scene, 10001);
        assertEquals(1, scene.lane(Counter.ANSWERED_AFTER_EXPIRY));
        assertEquals(0, scene.lane(Counter.ANSWERED_AFTER_EVICTION));
        assertEquals(150, scene.table.longestExpiredIdleS());
    }

    @Test
    void shouldKnowWhichAnswersCameForSessionsThatWereEvicted() {
        TableScene small = new TableScene(SessionLimits.of(1, 1, 1, 120));
        small.add(10000, tunnel);
        assertEquals((255 + 4) * 3 * Long.BYTES, small.table.memoryBytes(), "the first four slots of one segment");
        small.add(10001, tunnel);
        answerUnrouted(small, 10000);
        answerUnrouted(small, 10001);
        assertEquals(1, small.lane(Counter.ANSWERED_AFTER_EVICTION));
        assertEquals(0, small.lane(Counter.ANSWERED_AFTER_EXPIRY));
        assertEquals(0, small.table.longestExpiredIdleS());
    }

    private static void answerUnrouted(TableScene scene, int clientPort) {
        scene.table.onUnrouted(
                TableScene.wrap(new PacketBuilder()
                        .from(TestNetwork.TARGET, TableScene.TARGET_PORT)
                        .to(TestNetwork.client(1), clientPort)
                        .flags(PacketBuilder.ACK)
                        .toBuffer()),
                scene.nowS,
                scene.lane);
    }

    @Test
    void shouldShowTheLatestHeadersThatWait() {
        scene.synAck(10000, 1);
        scene.pass(1);
        scene.synAck(10001, 2);
        assertEquals(1, scene.table.latestParked(1).size());
        ParkedHeader latest = scene.table.latestParked(1).get(0);
        assertEquals(SessionKey.end(CLIENT, 10001), latest.client());
        assertEquals(SessionKey.end(TARGET, TableScene.TARGET_PORT), latest.target());
        assertEquals(scene.nowS, latest.parkedS());
        assertEquals(2, scene.table.latestParked(10).size());
    }
}
