package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counter;
import org.junit.jupiter.api.Test;

class SessionTimeoutTest {

    private final TableScene scene = new TableScene();
    private final RecordingOutlet tunnel = new RecordingOutlet();

    @Test
    void shouldDropASessionThatNothingTouchedForTheRouteTimeout() {
        answeredSession(10000);

        scene.pass(120);

        assertNull(scene.find(10000));
        scene.expireAll();
        assertEquals(0, scene.table.size());
        assertEquals(1, scene.server(Counter.SESSIONS_EXPIRED));
    }

    @Test
    void shouldKeepASessionUntilTheLastSecondOfItsTimeout() {
        answeredSession(10000);

        scene.pass(119);
        scene.expireAll();

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldKeepASessionThatIsAnswered() {
        answeredSession(10000);
        for (int answer = 0; answer < 10; answer++) {
            scene.pass(100);
            scene.expireAll();
            assertSame(tunnel, scene.find(10000));
        }
        assertEquals(0, scene.server(Counter.SESSIONS_EXPIRED));
    }

    @Test
    void shouldKeepASessionThatIsAddedAgain() {
        answeredSession(10000);
        scene.pass(100);
        scene.add(10000, tunnel);
        scene.pass(100);
        scene.expireAll();

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldDropASessionThatNeverSawAResponseAfterThirtySeconds() {
        scene.add(10000, tunnel);
        scene.pass(29);
        scene.expireAll();
        assertEquals(1, scene.table.size());

        scene.pass(1);
        assertNull(scene.find(10000));
        scene.expireAll();
        assertEquals(0, scene.table.size());
        assertEquals(1, scene.server(Counter.SESSIONS_EXPIRED));
    }

    @Test
    void shouldDropAnUnansweredSessionAfterTheRouteTimeoutWhenThatIsShorter() {
        TableScene shortLived = new TableScene(SessionLimits.of(65536, 1 << 20, 65536, 10));
        shortLived.add(10000, tunnel);

        shortLived.pass(10);

        assertNull(shortLived.find(10000));
    }

    @Test
    void shouldTakeAParkedHeaderForAResponseOfTheSession() {
        scene.synAck(10000, 1);
        scene.add(10000, tunnel);

        scene.pass(119);

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldRememberThatASessionWasAnsweredWhenItMoves() {
        answeredSession(10000);
        RecordingOutlet other = new RecordingOutlet();
        scene.add(10000, other);

        scene.pass(119);

        assertSame(other, scene.find(10000));
    }

    @Test
    void shouldMakeANewSessionOfAnOldOneWhoseTimeIsOver() {
        answeredSession(10000);
        scene.pass(120);
        scene.add(10000, tunnel);
        assertEquals(1, scene.server(Counter.SESSIONS_EXPIRED));
        assertEquals(1, scene.table.size());

        scene.pass(30);
        assertNull(scene.find(10000), "it was never answered since");
    }

    @Test
    void shouldTouchTheRouteToAnyTarget() {
        scene.addAnyTarget(10000, tunnel);
        scene.pass(29);
        scene.find(10000);
        scene.pass(119);

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldUseTheRouteToAnyTargetWhenTheExactOneIsOver() {
        scene.add(10000, tunnel);
        scene.pass(20);
        RecordingOutlet old = new RecordingOutlet();
        scene.addAnyTarget(10000, old);
        scene.pass(10);

        assertSame(old, scene.find(10000));
    }

    @Test
    void shouldNeverTurnASessionsTimeBack() {
        answeredSession(10000);
        scene.pass(100);
        scene.find(10000);
        scene.table.find(TableScene.CLIENT, 10000, TableScene.TARGET, TableScene.TARGET_PORT, scene.nowS - 50);

        scene.pass(119);

        assertSame(tunnel, scene.find(10000));
    }

    @Test
    void shouldWorkAcrossTheOverflowOfTheClock() {
        scene.nowS = Integer.MAX_VALUE - 10;
        answeredSession(10000);
        scene.pass(100);
        scene.expireAll();
        assertSame(tunnel, scene.find(10000));

        scene.pass(120);
        scene.expireAll();
        assertEquals(0, scene.table.size());
    }

    @Test
    void shouldDropManySessionsInBoundedSteps() {
        TableScene large = new TableScene(SessionLimits.of(1 << 20, 1 << 20, 65536, 120));
        int sessions = 1 << 18;
        for (int session = 0; session < sessions; session++) {
            large.table.add(session, 1, TableScene.TARGET, 80, tunnel, large.nowS);
        }
        large.pass(30);
        int before = large.table.size();
        int mostInOneCall = 0;
        int calls = 0;
        for (; large.table.size() > 0 && calls < 1000; calls++) {
            large.table.expire(large.nowS);
            mostInOneCall = Math.max(mostInOneCall, before - large.table.size());
            before = large.table.size();
        }
        assertEquals(0, large.table.size());
        assertEquals(sessions, large.server(Counter.SESSIONS_EXPIRED));
        int bound = SessionSweep.SLOTS_PER_CALL / SessionSweep.CLEARING_COST;
        assertTrue(mostInOneCall <= bound, mostInOneCall + " dropped in one call, bound " + bound);
    }

    private void answeredSession(int port) {
        scene.add(port, tunnel);
        assertSame(tunnel, scene.find(port));
    }
}
