package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OutletRegistryTest {

    private final OutletRegistry outlets = new OutletRegistry();
    private final RecordingOutlet tunnel = new RecordingOutlet();

    @Test
    void shouldGiveEachTunnelOneIdThatIsNotZero() {
        int id = outlets.idOf(tunnel);

        assertNotEquals(OutletRegistry.NO_ID, id);
        assertEquals(id, outlets.idOf(tunnel));
        assertEquals(id, outlets.knownId(tunnel));
        assertSame(tunnel, outlets.outlet(id));
        assertNotEquals(id, outlets.idOf(new RecordingOutlet()));
    }

    @Test
    void shouldLeadNowhereFromAnIdThatWasNeverGiven() {
        assertNull(outlets.outlet(OutletRegistry.NO_ID));
        assertNull(outlets.outlet(1_000_000));
        assertNull(outlets.outlet(16), "the first beyond the first array");
        assertEquals(OutletRegistry.NO_ID, outlets.knownId(tunnel));
    }

    @Test
    void shouldGrow() {
        for (int expected = 1; expected <= 1000; expected++) {
            RecordingOutlet outlet = new RecordingOutlet();
            assertEquals(expected, outlets.idOf(outlet));
            assertSame(outlet, outlets.outlet(expected));
        }
    }

    @Test
    void shouldNotGiveAnIdAgainBeforeItsLastSessionsSlotWasCleared() {
        int id = outlets.idOf(tunnel);
        outlets.sessionAdded(id, false);
        outlets.sessionAdded(id, true);
        outlets.close(tunnel);
        assertNull(outlets.outlet(id));

        outlets.sessionRemoved(id, false);
        assertNotEquals(id, outlets.idOf(new RecordingOutlet()));

        outlets.sessionRemoved(id, true);
        assertEquals(id, outlets.idOf(new RecordingOutlet()));
    }

    @Test
    void shouldCountTheSessionsOfOpenTunnelsOnly() {
        RecordingOutlet other = new RecordingOutlet();
        outlets.sessionAdded(outlets.idOf(tunnel), true);
        outlets.sessionAdded(outlets.idOf(other), true);
        outlets.sessionAdded(outlets.idOf(other), false);

        int id = outlets.idOf(other);
        outlets.close(other);
        assertEquals(1, outlets.sessions());
        assertEquals(1, outlets.wildcards());
        assertEquals(2, outlets.closedSessions());

        outlets.sessionRemoved(id, true);
        assertEquals(1, outlets.wildcards());
        assertEquals(1, outlets.closedSessions());
    }

    @Test
    void shouldTakeFromTheHostsThatHaveSevenEighthsOfAnEqualShareOrMore() {
        int few = withSessions(outlet(1), 6);
        int many = withSessions(outlet(2), 9);
        assertFalse(outlets.gives(few));
        assertTrue(outlets.gives(many));

        outlets.sessionAdded(few, false);
        assertTrue(outlets.gives(few), "7 of 16 are seven eighths of a half");
    }

    @Test
    void shouldTakeFromTheTunnelsOfAHostThatHaveSevenEighthsOfAnEqualShareOrMore() {
        int few = withSessions(outlet(1), 6);
        int many = withSessions(outlet(1), 9);
        assertFalse(outlets.gives(few));
        assertTrue(outlets.gives(many));

        outlets.sessionAdded(few, false);
        assertTrue(outlets.gives(few), "7 of 16 are seven eighths of a half");
    }

    @Test
    void shouldShareOnlyAmongHostsAndTunnelsThatHaveSessions() {
        int alone = withSessions(outlet(1), 1);
        withSessions(outlet(1), 0);
        RecordingOutlet left = outlet(2);
        outlets.sessionAdded(outlets.idOf(left), false);
        outlets.sessionRemoved(outlets.idOf(left), false);
        RecordingOutlet closed = outlet(3);
        int closedId = withSessions(closed, 9);
        outlets.close(closed);

        assertTrue(outlets.gives(alone));
        assertFalse(outlets.gives(closedId));
        assertTrue(outlets.gives(withSessions(outlet(3), 1)), "its host begins anew");
        assertTrue(outlets.gives(alone), "of two hosts that have one each");
    }

    @Test
    void shouldKnowAHostAsLongAsOneOfItsTunnelsIsOpen() {
        RecordingOutlet gone = outlet(1);
        withSessions(gone, 1);
        withSessions(outlet(1), 9);
        outlets.close(gone);
        withSessions(outlet(1), 9);

        assertFalse(outlets.gives(withSessions(outlet(2), 9)), "9 of 27 are less than a half");
    }

    private int withSessions(RecordingOutlet outlet, int count) {
        int id = outlets.idOf(outlet);
        for (int i = 0; i < count; i++) {
            outlets.sessionAdded(id, false);
        }
        return id;
    }

    private static RecordingOutlet outlet(int owner) {
        RecordingOutlet outlet = new RecordingOutlet();
        outlet.owner = owner;
        return outlet;
    }

    @Test
    void shouldReuseAnIdAtOnceWhenNothingHadIt() {
        int id = outlets.idOf(tunnel);
        outlets.close(tunnel);

        assertEquals(id, outlets.idOf(new RecordingOutlet()));
    }
}
