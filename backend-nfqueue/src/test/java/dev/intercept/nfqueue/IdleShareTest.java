package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleShareTest {

    private static final long SECOND_NS = 1_000_000_000;
    private static final int READINGS = 5000;

    @TempDir
    Path directory;

    private Path uptime;
    private IdleShare idle;
    private long nowNs = -5 * SECOND_NS;

    @BeforeEach
    void readOnce() throws IOException {
        uptime = directory.resolve("uptime");
        Path stat = directory.resolve("stat");
        Files.writeString(stat, "cpu 9 9\ncpu0 4 4\ncpu1 5 5\ncpu2 0 0\ncpu3 0 0\nintr 7\n");
        idle = new IdleShare(uptime, stat);
        assertEquals(0, percentAfter("350.00 1000.00"), "one reading says nothing");
    }

    private int percentAfter(String text) throws IOException {
        Files.writeString(uptime, text + "\n");
        nowNs += SECOND_NS;
        return idle.percent(nowNs);
    }

    @Test
    void shouldReportWhatPartOfAllProcessorsTimeWasIdle() throws IOException {
        assertEquals(100, percentAfter("351.00 1004.00"));
        assertEquals(75, percentAfter("352.00 1007.00"));
        assertEquals(0, percentAfter("353.00 1007.00"));
        assertEquals(12, percentAfter("353.50 1007.25"));
    }

    @Test
    void shouldStayWithinBoundsWhateverTheKernelsRoundingSays() throws IOException {
        assertEquals(100, percentAfter("351.00 1004.09"));
        assertEquals(0, percentAfter("352.00 1004.08"));
        assertEquals(0, percentAfter("352.00 1004.08"), "no time has passed");
    }

    @Test
    void shouldNotReadAgainBeforeAQuarterOfASecond() throws IOException {
        assertEquals(100, percentAfter("351.00 1004.00"));
        Files.writeString(uptime, "352.00 1004.00\n");
        assertEquals(100, idle.percent(nowNs + SECOND_NS / 4 - 1));
        assertEquals(0, idle.percent(nowNs + SECOND_NS / 4));
    }

    @Test
    void shouldTakeTheMachineForABusyOneWhereNothingSays() {
        try (IdleShare nowhere = new IdleShare(directory.resolve("none"), directory.resolve("none"))) {
            assertEquals(0, nowhere.percent(0));
            assertEquals(0, nowhere.percent(SECOND_NS));
        }
    }

    @Test
    void shouldReadTheKernelsFileWithoutGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (IdleShare kernel = new IdleShare()) {
            readAll(kernel, 0, READINGS);
            long before = threads.getCurrentThreadAllocatedBytes();
            readAll(kernel, READINGS, 2 * READINGS);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < READINGS, allocated + " bytes in " + READINGS + " readings");
        }
    }

    private static void readAll(IdleShare kernel, int from, int to) {
        for (int i = from; i < to; i++) {
            int percent = kernel.percent(i * SECOND_NS);
            assertTrue(percent >= 0 && percent <= 100);
        }
    }
}
