package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counters;
import org.junit.jupiter.api.Test;

/** A million sessions, and no ADD on the way that moves more than a small part of them. */
class SessionGrowthTest {

    private static final int SESSIONS = 1 << 20;

    /** Of the slots there are: a segment of 256 and the chance by which some are fuller than others. */
    private static final int PARTS = 64;

    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final SessionTable table =
            new SessionTable(SessionLimits.DEFAULTS, new Counters(), new SessionHash(21, 22));

    @Test
    void shouldGrowToAMillionSessionsASegmentAtATime() {
        long bytes = table.memoryBytes();
        for (int session = 0; session < SESSIONS; session++) {
            add(session);
            long grownBytes = table.memoryBytes() - bytes;
            bytes += grownBytes;
            assertTrue(session < SESSIONS / 2 || grownBytes <= bytes / PARTS, grownBytes + " bytes for one session");
        }
        assertEquals(SESSIONS, table.size());
        assertTrue(bytes <= 50L * SESSIONS, bytes / SESSIONS + " bytes a session");
        for (int session = 0; session < SESSIONS; session += 7) {
            assertSame(tunnel, table.find(session, 80, TableScene.TARGET, 8080, 0));
        }
    }

    private void add(int session) {
        table.add(session, 80, TableScene.TARGET, 8080, tunnel, 0);
    }
}
