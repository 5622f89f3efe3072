package dev.intercept.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.FakeLane;
import dev.intercept.spi.KernelStats;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private final Counters server = new Counters();
    private final Counters capture = new Counters();
    private long waiting;
    private final FakeLane lane = new FakeLane();
    private final Statistics statistics =
            new Statistics(List.of(server, capture), List.of(lane), () -> 7, () -> 2, () -> waiting);

    @Test
    void shouldBeginWithTheFiguresOfTheOriginalLine() {
        capture.add(Counter.FORWARDED, 90);
        capture.add(Counter.PASSED, 10);
        capture.add(Counter.SOCKET_WRITES, 20);
        server.add(Counter.SOCKET_WRITES, 1);
        server.add(Counter.ROUTES_ADDED, 8);
        lane.stats = new KernelStats(3, 100, List.of(new KernelStats.Loss("queue_dropped", 4, "")));
        assertEquals(
                "total resp packs:90, all:100, route:8, sock write cnt:21; tunnels:2 sessions:7"
                        + " passed:10 forwarded:90 parked:0 no_route:0; nfqueue:0 queued:3 queue_dropped:4",
                statistics.line());
        assertEquals(4, statistics.kernelLost());
    }

    @Test
    void shouldReportTheOtherCountsOnceTheyAreNotZero() {
        capture.increment(Counter.TUNNEL_OVERFLOW);
        capture.increment(Counter.MALFORMED);
        waiting = 3;
        assertEquals(
                "total resp packs:2, all:2, route:0, sock write cnt:0; tunnels:2 sessions:7"
                        + " passed:0 forwarded:0 parked:0 no_route:0 malformed:1 tunnel_overflow:1 waiting:3; nfqueue:0 queued:0",
                statistics.line());
    }
}
