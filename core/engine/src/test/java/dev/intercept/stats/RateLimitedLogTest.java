package dev.intercept.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.RecordingLogger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

    private final RecordingLogger logger = new RecordingLogger();
    private long nowNs = -5;
    private final RateLimitedLog log = new RateLimitedLog(logger, () -> nowNs);

    @Test
    void shouldWriteABurstAndThenOneLineAMinuteThatCountsTheOthers() {
        for (int i = 0; i < 100; i++) {
            log.log("peer", Level.WARNING, () -> "refused");
        }
        assertEquals(Collections.nCopies(RateLimitedLog.BURST, "WARNING refused"), logger.lines);

        logger.lines.clear();
        nowNs += TimeUnit.SECONDS.toNanos(60);
        log.log("peer", Level.WARNING, () -> "refused");
        log.log("peer", Level.WARNING, () -> "refused");
        assertEquals(List.of("WARNING refused (and 95 like it, not logged)"), logger.lines);
    }

    @Test
    void shouldKeepABudgetForEachKind() {
        for (int i = 0; i < 20; i++) {
            log.log("loud", Level.INFO, () -> "loud");
        }
        logger.lines.clear();
        log.log("quiet", Level.INFO, () -> "quiet");
        assertEquals(List.of("INFO quiet"), logger.lines);
    }

    @Test
    void shouldWriteALargerBurstOfAKindThatMayHaveOne() {
        for (int i = 0; i < 100; i++) {
            log.log("many", 20, Level.INFO, () -> "one of many");
        }
        assertEquals(Collections.nCopies(20, "INFO one of many"), logger.lines);
    }

    @Test
    void shouldMakeNoTextForALineItLeavesOut() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            log.log("kind", Level.INFO, () -> {
                made.add("text");
                return "text";
            });
        }
        assertEquals(RateLimitedLog.BURST, made.size());
    }
}
