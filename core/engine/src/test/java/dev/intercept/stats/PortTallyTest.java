package dev.intercept.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PortTallyTest {

    private final PortTally tally = new PortTally();

    @Test
    void shouldCountAFewPortsExactly() {
        for (int i = 0; i < 10; i++) {
            tally.count(22, i);
        }
        tally.count(65535 | 1 << 16, -1);
        assertEquals(new PortTally.Entry(22, 9, 10), tally.entries().get(0));
        assertEquals(
                new PortTally.Entry(65535 | 1 << 16, -1, 1), tally.entries().get(1));
        assertEquals(2, tally.entries().size());
    }

    @Test
    void shouldKeepAFrequentPortInAFloodOfOthers() {
        Random random = new Random(11);
        for (int i = 0; i < 100_000; i++) {
            tally.count(80, 1);
            tally.count(1024 + random.nextInt(60_000), 2);
        }
        assertEquals(80, tally.entries().get(0).port());
        assertTrue(tally.entries().size() <= 64);
    }
}
