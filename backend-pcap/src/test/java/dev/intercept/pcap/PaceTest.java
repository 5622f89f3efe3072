package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
    private final Pace pace = new Pace(nowNs::get);

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
}
