package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class TargetRegistryTest {

    private final TargetRegistry targets = new TargetRegistry();
    private final RecordingTarget tunnel = new RecordingTarget();

    @Test
    void shouldGiveEachTunnelOneIdThatIsNotZero() {
        int id = targets.idOf(tunnel);

        assertNotEquals(TargetRegistry.NO_ID, id);
        assertEquals(id, targets.idOf(tunnel));
        assertEquals(id, targets.knownId(tunnel));
        assertSame(tunnel, targets.target(id));
        assertNotEquals(id, targets.idOf(new RecordingTarget()));
    }

    @Test
    void shouldLeadNowhereFromAnIdThatWasNeverGiven() {
        assertNull(targets.target(TargetRegistry.NO_ID));
        assertNull(targets.target(1_000_000));
        assertEquals(TargetRegistry.NO_ID, targets.knownId(tunnel));
    }

    @Test
    void shouldGrow() {
        for (int expected = 1; expected <= 1000; expected++) {
            RecordingTarget target = new RecordingTarget();
            assertEquals(expected, targets.idOf(target));
            assertSame(target, targets.target(expected));
        }
    }

    @Test
    void shouldNotGiveAnIdAgainBeforeItsLastSessionsSlotWasCleared() {
        int id = targets.idOf(tunnel);
        targets.sessionAdded(id, false);
        targets.sessionAdded(id, true);
        targets.close(tunnel);
        assertNull(targets.target(id));

        targets.sessionRemoved(id, false);
        assertNotEquals(id, targets.idOf(new RecordingTarget()));

        targets.sessionRemoved(id, true);
        assertEquals(id, targets.idOf(new RecordingTarget()));
    }

    @Test
    void shouldCountTheSessionsOfOpenTunnelsOnly() {
        RecordingTarget other = new RecordingTarget();
        targets.sessionAdded(targets.idOf(tunnel), true);
        targets.sessionAdded(targets.idOf(other), true);
        targets.sessionAdded(targets.idOf(other), false);

        int id = targets.idOf(other);
        targets.close(other);
        assertEquals(1, targets.sessions());
        assertEquals(1, targets.wildcards());
        assertEquals(2, targets.closedSessions());

        targets.sessionRemoved(id, true);
        assertEquals(1, targets.wildcards());
        assertEquals(1, targets.closedSessions());
    }

    @Test
    void shouldReuseAnIdAtOnceWhenNothingHadIt() {
        int id = targets.idOf(tunnel);
        targets.close(tunnel);

        assertEquals(id, targets.idOf(new RecordingTarget()));
    }
}
