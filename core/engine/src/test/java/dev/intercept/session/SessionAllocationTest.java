package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What happens for every packet allocates nothing; what happens in a flood allocates nothing once it is there. */
class SessionAllocationTest {

    private static final int LOOK_UPS = 300_000;

    /** Measuring allocates a little itself, and the compiler may replace code while it runs. */
    private static final long SLACK_BYTES = 4096;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Counters lane = new Counters();
    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final SynAck synAck = new SynAck();
    private SessionTable table = new SessionTable(SessionLimits.DEFAULTS, new Counters());
    private long found;

    @Test
    void shouldAllocateNothingForALookUp() {
        for (int port = 0; port < 10_000; port++) {
            table.add(TableScene.CLIENT, port, TableScene.TARGET, 8080, tunnel, 0);
        }
        assertAllocatesNothing(this::lookUps);
        assertEquals(LOOK_UPS, found);
    }

    @Test
    void shouldAllocateNothingForALookUpThatEndsAtAnyTarget() {
        for (int port = 0; port < 10_000; port++) {
            table.add(TableScene.CLIENT, port, 0, 0, tunnel, 0);
        }
        assertAllocatesNothing(this::lookUps);
        assertEquals(LOOK_UPS, found);
    }

    @Test
    void shouldAllocateNothingInAFloodOfSyns() {
        table = new SessionTable(SessionLimits.of(65536, 1 << 20, 1000, 120), new Counters());
        assertAllocatesNothing(this::flood);
        assertEquals(1000, table.parked());
    }

    @Test
    void shouldTakeNoMemoryWorthMentioningBeforeTheFirstSession() {
        emptyTable(); // Once to have all classes there.
        long before = THREADS.getCurrentThreadAllocatedBytes();
        table = emptyTable();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 100_000, allocated + " bytes");
    }

    private static SessionTable emptyTable() {
        return new SessionTable(SessionLimits.DEFAULTS, new Counters(), new SessionHash(1, 2));
    }

    /** Once to have everything there, once to measure. */
    private static void assertAllocatesNothing(Runnable work) {
        work.run();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated <= SLACK_BYTES, allocated + " bytes for " + LOOK_UPS);
    }

    /** Every second one is of a session that is not there; time goes on. */
    private void lookUps() {
        for (int lookUp = 0; lookUp < LOOK_UPS; lookUp++) {
            int port = lookUp % 20_000;
            Outlet target = table.find(TableScene.CLIENT, port, TableScene.TARGET, 8080, lookUp / 20_000);
            found += target != null ? 1 : 0;
        }
    }

    private void flood() {
        for (int number = 0; number < LOOK_UPS; number++) {
            ResponsePacket response = synAck.of(number, 80, 8080);
            table.findOrPark(response, 0, lane);
        }
    }
}
