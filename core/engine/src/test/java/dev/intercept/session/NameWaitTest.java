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
}
