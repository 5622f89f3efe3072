package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionSlotsTest {

    private static final long TARGET = SessionKey.end(0x01020304, 80);

    @Test
    void shouldGiveBackEachPartOfASession() {
        SessionSlots slots = new SessionSlots(8);
        long client = SessionKey.end(0xf0f1f2f3, 0xfff0);
        long target = SessionKey.end(0xe0e1e2e3, 0xfff1);
        slots.insert(client, target, 0x7fff_ffff, SessionState.added(5, 77));

        int slot = slots.find(client, target, 5);

        assertEquals(client, slots.client(slot));
        assertEquals(target, slots.target(slot));
        assertEquals(0x7fff_ffff, slots.id(slot));
        assertEquals(77, SessionState.touchedS(slots.state(slot)));
        slots.setId(slot, 3);
        assertEquals(3, slots.id(slot));
        assertEquals(target, slots.target(slot));
    }

    @Test
    void shouldFindNothingWhereThereIsNoRoom() {
        assertEquals(SessionSlots.NO_SLOT, SessionSlots.NONE.find(1, TARGET, 1));
    }

    @Test
    void shouldComeToAnEndEvenWithoutAnEmptySlot() {
        SessionSlots slots = new SessionSlots(4);
        for (int client = 1; client <= 4; client++) {
            slots.insert(client, TARGET, 1, SessionState.added(0, 0));
        }
        assertEquals(SessionSlots.NO_SLOT, slots.find(5, TARGET, 0));
    }

    @Test
    void shouldExchangeAStateOnlyWhenItIsStillTheExpectedOne() {
        SessionSlots slots = new SessionSlots(4);
        long state = SessionState.added(0, 1);
        slots.insert(1, TARGET, 1, state);
        int slot = slots.find(1, TARGET, 0);

        slots.exchangeState(slot, state, 42);
        slots.exchangeState(slot, state, 43);

        assertEquals(42, slots.state(slot));
    }

    /** Sixteen slots, four hashes, one of them at the end: every chain runs into the next one and around the corner. */
    @Test
    void shouldFindAllThatWasNotRemovedHoweverTheyCollide() {
        Random random = new Random(11);
        SessionSlots slots = new SessionSlots(16);
        Map<Long, Long> model = new HashMap<>();
        for (int step = 0; step < 100_000; step++) {
            long client = random.nextInt(24);
            long hash = client % 4 * 5;
            int slot = slots.find(client, TARGET, hash);
            assertEquals(model.containsKey(client), slot != SessionSlots.NO_SLOT, "step " + step);
            if (slot != SessionSlots.NO_SLOT) {
                assertEquals(model.remove(client), slots.state(slot));
                slots.remove(slot);
            } else if (model.size() < 12) {
                long state = SessionState.added(hash, step);
                slots.insert(client, TARGET, 1, state);
                model.put(client, state);
            }
        }
        assertTrue(model.size() > 0);
    }

    @Test
    void shouldCopyAllToALargerArray() {
        SessionSlots small = new SessionSlots(64);
        SessionHash hash = new SessionHash(1, 2);
        for (long client = 1; client <= 48; client++) {
            small.insert(client, TARGET, (int) client, SessionState.added(hash.ofClient(client), 9));
        }
        SessionSlots large = new SessionSlots(128);
        small.copyTo(large);
        assertEquals(128 * 3 * Long.BYTES, large.memoryBytes());

        for (long client = 1; client <= 48; client++) {
            int slot = large.find(client, TARGET, hash.ofClient(client));
            assertNotEquals(SessionSlots.NO_SLOT, slot);
            assertEquals(client, large.id(slot));
            assertEquals(TARGET, large.target(slot));
        }
    }
}
