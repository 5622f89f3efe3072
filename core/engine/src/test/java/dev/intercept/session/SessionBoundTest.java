package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counter;
import org.junit.jupiter.api.Test;

class SessionBoundTest {

    private final TableScene scene = new TableScene(SessionLimits.of(16, 100, 65536, 120));
    private final RecordingOutlet tunnel = new RecordingOutlet();

    @Test
    void shouldEvictTheSessionIdleForLongestWhenFull() {
        for (int port = 1; port <= 100; port++) {
            scene.add(port, tunnel);
            scene.find(port);
            scene.pass(1);
        }
        scene.find(1);

        scene.add(101, tunnel);

        assertEquals(100, scene.table.size());
        assertEquals(1, scene.server(Counter.EVICTED));
        assertNull(scene.find(2));
        assertNotNull(scene.find(1));
        assertNotNull(scene.find(3));
    }

    @Test
    void shouldEvictInOrderOfIdlenessWhenSessionsAreTouchedMeanwhile() {
        for (int port = 1; port <= 100; port++) {
            scene.add(port, tunnel);
            scene.find(port);
            scene.pass(1);
        }
        for (int added = 0; added < 40; added++) {
            scene.find(2 * added + 2);
            scene.add(1000 + added, tunnel);
        }

        for (int port = 1; port < 80; port += 2) {
            assertNull(scene.find(port), "port " + port);
            assertNotNull(scene.find(port + 1), "port " + (port + 1));
        }
        assertEquals(40, scene.server(Counter.EVICTED));
    }

    @Test
    void shouldNotEvictForASessionThatIsKnown() {
        fill();

        scene.add(50, new RecordingOutlet());

        assertEquals(0, scene.server(Counter.EVICTED));
        assertEquals(100, scene.table.size());
    }

    @Test
    void shouldNotEvictWhileAClosedTunnelLeavesRoom() {
        fill();
        RecordingOutlet other = new RecordingOutlet();
        scene.table.closed(tunnel);
        for (int port = 1001; port <= 1100; port++) {
            scene.add(port, other);
        }

        assertEquals(0, scene.server(Counter.EVICTED));
        assertEquals(100, scene.table.size());
    }

    @Test
    void shouldExpireRatherThanEvict() {
        fill();
        scene.pass(30);

        scene.add(101, tunnel);

        assertEquals(0, scene.server(Counter.EVICTED));
        assertTrue(scene.server(Counter.SESSIONS_EXPIRED) > 0);
    }

    @Test
    void shouldDropTheUnansweredSessionThatIsOverBeforeTheAnsweredOneThatIsNot() {
        scene.add(1, tunnel);
        scene.find(1);
        scene.pass(10);
        for (int port = 2; port <= 100; port++) {
            scene.add(port, tunnel);
        }
        scene.pass(30);

        scene.add(101, tunnel);

        assertEquals(0, scene.server(Counter.EVICTED));
        assertSame(tunnel, scene.find(1));
    }

    @Test
    void shouldHoldTheBoundInAStormOfAdds() {
        TableScene storm = new TableScene(SessionLimits.of(1024, 10_000, 65536, 120));
        for (int session = 0; session < 300_000; session++) {
            storm.table.add(session, session & 0xffff, TableScene.TARGET, 80, tunnel, storm.nowS);
            storm.nowS += session % 30_000 == 0 ? 1 : 0;
        }
        assertEquals(10_000, storm.table.size());
        assertEquals(290_000, storm.server(Counter.EVICTED));
        assertTrue(storm.table.memoryBytes() <= 24 * 2 * 16_384, storm.table.memoryBytes() + " bytes");
        for (int session = 299_990; session < 300_000; session++) {
            assertSame(tunnel, storm.table.find(session, session & 0xffff, TableScene.TARGET, 80, storm.nowS));
        }
    }

    @Test
    void shouldHoldOneSessionWhenThatIsTheBound() {
        TableScene one = new TableScene(SessionLimits.of(1, 1, 65536, 120));
        for (int port = 1; port <= 10; port++) {
            one.add(port, tunnel);
            assertSame(tunnel, one.find(port));
            assertEquals(1, one.table.size());
        }
        assertEquals(9, one.server(Counter.EVICTED));
    }

    @Test
    void shouldClearTheSlotsOfManyTunnelsThatCloseAfterAStorm() {
        TableScene storm = new TableScene(SessionLimits.of(1024, 4096, 65536, 120));
        for (int round = 0; round < 50; round++) {
            RecordingOutlet shortLived = new RecordingOutlet();
            for (int session = 0; session < 4096; session++) {
                storm.table.add(round << 16 | session, 1, TableScene.TARGET, 80, shortLived, storm.nowS);
            }
            storm.table.closed(shortLived);
            assertEquals(0, storm.table.size());
        }
        long slots = storm.table.memoryBytes() / 24;
        assertTrue(slots <= 4 * 2 * 4096, slots + " slots");
        assertEquals(0, storm.server(Counter.EVICTED));
    }

    private void fill() {
        for (int port = 1; port <= 100; port++) {
            scene.add(port, tunnel);
        }
    }
}
