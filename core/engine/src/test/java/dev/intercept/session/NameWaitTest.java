package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NameWaitTest {

    private final NameWait wait = new NameWait();

    @Test
    void shouldEndAWaitTwoTicksAfterItBeganHoweverLateItBegan() {
        for (int i = 0; i < 5; i++) {
            wait.tick();
        }
        wait.add(1, 2);
        wait.tick();
        assertFalse(wait.isOver());
        wait.tick();
        assertTrue(wait.isOver());
    }

    @Test
    void shouldKnowWhoWaits() {
        wait.add(1, 2);
        wait.add(3, 4);
        wait.add(5, 6);
        wait.remove();
        assertFalse(wait.contains(1, 2));
        assertTrue(wait.contains(3, 4));
        assertTrue(wait.contains(5, 6));
        assertFalse(wait.contains(3, 6));
        assertFalse(wait.contains(0, 0), "what stands where nobody waits");
    }
}
