package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.LogLines;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
    private final Pace pace = new Pace("pcap:a", nowNs::get);

    @Test
    void shouldHandTheFirstPacketOnAtOnceAndLaterOnesAsLongAfterItAsInTheFile() {
        assertEquals(0, pace.untilDueNs(1_000_000));
        assertEquals(250_000, pace.untilDueNs(1_000_250));
        nowNs.addAndGet(100_000);
        assertEquals(150_000, pace.untilDueNs(1_000_250));
        nowNs.addAndGet(150_000);
        assertEquals(0, pace.untilDueNs(1_000_250));
    }

    @Test
    void shouldHandAPacketOnAtOnceThatIsOlderThanTheOneBefore() {
        pace.untilDueNs(1_000_000);
        assertEquals(-1_000, pace.untilDueNs(999_999));
    }

    @Test
    void shouldNotWaitWhenTheClockOfTheCaptureJumps() {
        try (LogLines log = new LogLines(Pace.class)) {
            pace.untilDueNs(1_000_000);
            assertEquals(0, pace.untilDueNs(3_601_000_000L));
            assertEquals(7_000, pace.untilDueNs(3_601_000_007L), "the gap behind the jump");
            assertEquals(0, pace.untilDueNs(5_000_000));
            assertEquals(2_000, pace.untilDueNs(5_000_002));
            assertEquals(
                    List.of(
                            "WARNING pcap:a: the clock of the capture jumps by 3600 s; the packets behind that follow at once",
                            "WARNING pcap:a: the clock of the capture jumps by -3596 s; the packets behind that follow at once"),
                    log.lines());
        }
    }

    @Test
    void shouldWaitForAMinuteWhenTheClientsWereIdle() {
        pace.untilDueNs(0);
        assertEquals(60_000_000_000L, pace.untilDueNs(60_000_000));
    }
}
