package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose sessions go when the table is full: those of the host that has most, never those of one that has few. */
class FairShareTest {

    private static final int MAX_SESSIONS = 1000;
    private static final int FEW = 200;
    private static final int FLOOD = 20_000;
    private static final int FOREIGN_CLIENTS = 0x0a000000;

    private final TableScene scene = new TableScene(new SessionLimits(16, MAX_SESSIONS, 65536, 16, 1200, 30, 30));
    private final RecordingOutlet modest = outlet(1);

    @Test
    void shouldTakeFromTheTunnelThatHasMostWhateverWasIdleForLongest() {
        addFew();
        flood(List.of(outlet(2)), new Random(1));
        assertFewAreThere();
        assertEquals(FEW + FLOOD - MAX_SESSIONS, scene.server(Counter.EVICTED));
    }

    @Test
    void shouldTakeFromTheTunnelThatHasMostOfTwoFromOneHost() {
        addFew();
        flood(List.of(outlet(1)), new Random(1));
        assertFewAreThere();
    }

    @Test
    void shouldTakeFromTheHostThatHasMostHoweverManyTunnelsItOpens() {
        addFew();
        List<RecordingOutlet> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add(outlet(2));
        }
        flood(many, new Random(1));
        assertFewAreThere();
    }

    @Test
    void shouldShareEquallyAmongTwoThatBothWantMore() {
        RecordingOutlet other = outlet(2);
        Random random = new Random(1);
        flood(List.of(modest), random);
        flood(List.of(other), random);
        int ofFirst = 0;
        scene.table.closed(other);
        ofFirst = scene.table.size();
        assertTrue(
                ofFirst >= MAX_SESSIONS / 2 * 7 / 8 - 1 && ofFirst <= MAX_SESSIONS / 2 * 9 / 8 + 1,
                ofFirst + " of " + MAX_SESSIONS + " left to the first");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldNeverTakeFromWhoHasLittleWhateverOthersDo(long seed) {
        Random random = new Random(seed);
        addFew();
        List<RecordingOutlet> others = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            if (others.size() < 3 || random.nextInt(4) == 0 && others.size() < 20) {
                others.add(outlet(2 + random.nextInt(3)));
            }
            RecordingOutlet one = others.get(random.nextInt(others.size()));
            for (int i = random.nextInt(2 * MAX_SESSIONS); i > 0; i--) {
                add(one, random);
            }
            if (random.nextInt(5) == 0) {
                others.remove(one);
                scene.table.closed(one);
            }
            scene.pass(random.nextInt(3));
            assertFewAreThere();
            assertTrue(scene.table.size() <= MAX_SESSIONS, scene.table.size() + " sessions");
        }
    }

    /** Storms come and end, so that now others have most and now it has: what it gives then is idle, whichever gave before. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNeverTakeASessionInUseWhereItsTunnelHasIdleOnes(long seed) {
        Random random = new Random(seed);
        RecordingOutlet storm = null;
        for (int port = 1; port < 20_000; port++) {
            scene.add(port, modest);
            scene.pass(port % 20 == 0 ? 1 : 0);
            for (int used = Math.max(1, port - 50); used <= port; used++) {
                assertSame(modest, scene.find(used), "port " + used + " of " + port);
            }
            if (storm == null && random.nextInt(200) == 0) {
                storm = outlet(2);
                flood(List.of(storm), FLOOD / 20, random);
            } else if (storm != null && random.nextInt(50) == 0) {
                scene.table.closed(storm);
                storm = null;
            }
        }
        assertTrue(scene.server(Counter.EVICTED) > FLOOD, scene.server(Counter.EVICTED) + " evicted");
    }

    private static RecordingOutlet outlet(int host) {
        RecordingOutlet outlet = new RecordingOutlet();
        outlet.owner = host;
        return outlet;
    }

    private void addFew() {
        for (int port = 1; port <= FEW; port++) {
            scene.add(port, modest);
            scene.find(port);
        }
        scene.pass(10);
    }

    private void flood(List<RecordingOutlet> tunnels, Random random) {
        flood(tunnels, FLOOD, random);
    }

    private void flood(List<RecordingOutlet> tunnels, int sessions, Random random) {
        for (int i = 0; i < sessions; i++) {
            add(tunnels.get(i % tunnels.size()), random);
        }
    }

    private void add(RecordingOutlet tunnel, Random random) {
        scene.table.add(
                FOREIGN_CLIENTS | random.nextInt(1 << 24),
                1 + random.nextInt(65_535),
                TableScene.TARGET,
                TableScene.TARGET_PORT,
                tunnel,
                scene.nowS);
    }

    /** Touches them too, as answers do. */
    private void assertFewAreThere() {
        for (int port = 1; port <= FEW; port++) {
            assertSame(modest, scene.find(port), "port " + port);
        }
    }
}
