package dev.intercept.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLineFormatterTest {

    private final LogLineFormatter formatter = new LogLineFormatter(ZoneOffset.UTC);

    private static LogRecord at(String time, Level level, String text) {
        LogRecord record = new LogRecord(level, text);
        record.setInstant(Instant.parse(time));
        return record;
    }

    @Test
    void shouldWriteTheOriginalsLine() {
        assertEquals(
                "2026/03/04 05:06:07 +089 [info] 3 tunnels\n",
                formatter.format(at("2026-03-04T05:06:07.089Z", Level.INFO, "3 tunnels")));
    }

    @Test
    void shouldNameLevelsInLowerCase() {
        List<Level> levels = List.of(Level.SEVERE, Level.WARNING, Level.INFO, Level.FINE, Level.FINER, Level.FINEST);
        assertEquals(
                List.of("error", "warn", "info", "debug", "trace", "trace"),
                levels.stream().map(LogLineFormatter::levelName).toList());
    }

    @Test
    void shouldPutAnExceptionBelowIndented() {
        LogRecord record = at("2026-12-31T23:59:59.999Z", Level.SEVERE, "it broke");
        record.setThrown(new IllegalStateException("by hand"));
        List<String> lines = formatter.format(record).lines().toList();
        assertEquals("2026/12/31 23:59:59 +999 [error] it broke", lines.get(0));
        assertEquals("    java.lang.IllegalStateException: by hand", lines.get(1));
        assertTrue(lines.stream().skip(1).allMatch(line -> line.startsWith("    ")));
    }

    @Test
    void shouldLeaveBracesInATextWithoutParametersAlone() {
        assertTrue(formatter
                .format(at("2026-01-01T00:00:00Z", Level.INFO, "bytes {0}"))
                .endsWith("bytes {0}\n"));
    }
}
