package dev.intercept.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.KernelStats;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KernelLossWatchTest {

    private final FakeLane lane = new FakeLane();
    private final RecordingLogger logger = new RecordingLogger();
    private long nowNs = 7;
    private final KernelLossWatch watch = new KernelLossWatch(List.of(lane), logger, () -> nowNs);

    @Test
    void shouldSayNothingWhileNothingIsLost() {
        lose(0, 0);
        assertEquals(List.of(), logger.lines);
    }

    @Test
    void shouldNameTheCountThatGrowsAndItsRemedy() {
        lose(3, 0);
        assertEquals(
                List.of(
                        "WARNING the kernel lost 3 packets of nfqueue:0 (queue_dropped is 3): raise --queue-maxlen (now 8192)"),
                logger.lines);
    }

    @Test
    void shouldWarnAtMostOnceAMinuteForEachWayToLosePackets() {
        lose(3, 0);
        logger.lines.clear();
        lose(10, 0);
        lose(10, 1);
        assertEquals(
                List.of("WARNING the kernel lost 1 packets of nfqueue:0 (user_dropped is 1): raise net.core.rmem_max"),
                logger.lines);

        logger.lines.clear();
        nowNs += TimeUnit.SECONDS.toNanos(60);
        lose(10, 1);
        assertEquals(
                List.of(
                        "WARNING the kernel lost 7 packets of nfqueue:0 (queue_dropped is 10): raise --queue-maxlen (now 8192)"),
                logger.lines);
    }

    @Test
    void shouldStaySilentWhenACountNoLongerGrows() {
        lose(3, 0);
        logger.lines.clear();
        nowNs += TimeUnit.MINUTES.toNanos(5);
        lose(3, 0);
        assertEquals(List.of(), logger.lines);
    }

    private void lose(long queueDropped, long userDropped) {
        lane.stats = new KernelStats(
                0,
                0,
                List.of(
                        new KernelStats.Loss("queue_dropped", queueDropped, "raise --queue-maxlen (now 8192)"),
                        new KernelStats.Loss("user_dropped", userDropped, "raise net.core.rmem_max")));
        watch.check();
    }
}
