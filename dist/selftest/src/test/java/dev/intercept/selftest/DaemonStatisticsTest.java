package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DaemonStatisticsTest {

    private static final String TIME = "2026/11/23 00:10:20 +123 [info] ";

    @Test
    void shouldReadWhatInterceptLogsAtItsEnd() {
        DaemonStatistics read = DaemonStatistics.parseFinal(TIME
                        + "final total resp packs:120, all:121, route:30, sock write cnt:80; tunnels:0 sessions:4 passed:1"
                        + " forwarded:100 parked:20 no_route:0 unparked:19; nfqueue:0 queued:0 queue_dropped:3"
                        + " user_dropped:0; nfqueue:1 queued:9 queue_dropped:0 user_dropped:1"
                        + "; target sessions:4 requests:4 answers:100 bytes:900 repeated:7 resets:0 zero_windows:0")
                .orElseThrow();

        assertEquals(100, read.get(Counter.FORWARDED));
        assertEquals(20, read.get(Counter.PARKED));
        assertEquals(19, read.get(Counter.UNPARKED));
        assertEquals(0, read.get(Counter.TUNNEL_OVERFLOW));
        assertEquals(
                Map.of(
                        "nfqueue:0 queue_dropped", 3L,
                        "nfqueue:0 user_dropped", 0L,
                        "nfqueue:1 queue_dropped", 0L,
                        "nfqueue:1 user_dropped", 1L),
                read.kernelLosses());
        assertEquals(4, read.kernelLost());
    }

    /** The two ends of one text must not drift apart. */
    @Test
    void shouldReadEveryCounterThatTheStatisticsLineHas() {
        Counters counters = new Counters();
        for (Counter counter : Counter.values()) {
            counters.add(counter, 100 + counter.ordinal());
        }
        String line = new Statistics(List.of(counters), List.of(), () -> 5, () -> 2, () -> 0).line();
        DaemonStatistics read = DaemonStatistics.parseFinal("final " + line).orElseThrow();

        for (Counter counter : List.of(
                Counter.FORWARDED,
                Counter.PARKED,
                Counter.UNPARKED,
                Counter.NO_ROUTE,
                Counter.TUNNEL_OVERFLOW,
                Counter.UNPARKED_OVERFLOW)) {
            assertEquals(100 + counter.ordinal(), read.get(counter), counter.label());
        }
    }

    @Test
    void shouldLeaveOtherLinesAlone() {
        assertEquals(Optional.empty(), DaemonStatistics.parseFinal(TIME + "total resp packs:1, all:1; forwarded:1"));
        assertEquals(Optional.empty(), DaemonStatistics.parseFinal("ready"));
    }
}
