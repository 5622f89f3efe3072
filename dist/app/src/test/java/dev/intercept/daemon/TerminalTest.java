package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.LocalHost;
import org.junit.jupiter.api.Test;

class TerminalTest {

    @Test
    void shouldBeGoneOnlyWhereThereWasOne() {
        assertTrue(new Terminal(true, "/dev/no-such-terminal").isGone());
        assertFalse(new Terminal(true, "/dev/null").isGone());
        assertFalse(new Terminal(false, "/dev/no-such-terminal").isGone());
    }

    @Test
    void shouldSeeWhetherThisProcessHasOne() throws Exception {
        Process reader = new ProcessBuilder("sh", "-c", "exec </dev/tty").start();
        boolean hasTerminal = reader.waitFor() == 0;
        assertEquals(hasTerminal, Terminal.current(new LocalHost()).wasThere());
    }
}
