package dev.intercept.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogFormatTest {

    private static LogRecord record(Level level, String text) {
        LogRecord record = new LogRecord(level, text);
        record.setInstant(Instant.parse("2026-11-22T10:11:12.345Z"));
        record.setLoggerName("dev.intercept.Intercept");
        return record;
    }

    private static JsonObject json(LogRecord record) {
        String line = LogFormat.JSON.formatter(false).format(record);
        assertTrue(line.endsWith("}\n") && line.indexOf('\n') == line.length() - 1, line);
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Test
    void shouldWriteOneObjectALineWhateverTheTextHolds() {
        JsonObject line = json(record(Level.WARNING, "a \"quoted\"\nline {0} <b>"));
        assertEquals("2026-11-22T10:11:12.345Z", line.get("time").getAsString());
        assertEquals("warn", line.get("level").getAsString());
        assertEquals("dev.intercept.Intercept", line.get("logger").getAsString());
        assertEquals("a \"quoted\"\nline {0} <b>", line.get("message").getAsString());
        assertFalse(line.has("finding"));
    }

    @Test
    void shouldGiveTheIdOfAFindingItsOwnField() {
        assertEquals(
                "rule-missing",
                json(record(Level.SEVERE, "[rule-missing] no rule"))
                        .get("finding")
                        .getAsString());
    }

    @Test
    void shouldKeepAnExceptionInTheObject() {
        LogRecord record = record(Level.SEVERE, "bug");
        record.setThrown(new IllegalStateException("broken on purpose"));
        assertTrue(json(record).get("exception").getAsString().startsWith("java.lang.IllegalStateException: broken"));
    }

    @Test
    void shouldPutThePriorityInFrontOfEachLineForTheJournal() {
        LogRecord record = record(Level.WARNING, "first");
        record.setThrown(new IllegalStateException("second"));
        String lines = LogFormat.TEXT.formatter(true).format(record);
        assertTrue(lines.lines().count() > 2);
        lines.lines().forEach(line -> assertTrue(line.startsWith("<4>"), line));
        assertTrue(
                LogFormat.TEXT.formatter(true).format(record(Level.SEVERE, "x")).startsWith("<3>"));
        assertTrue(
                LogFormat.TEXT.formatter(true).format(record(Level.INFO, "x")).startsWith("<6>"));
        assertTrue(
                LogFormat.TEXT.formatter(true).format(record(Level.FINE, "x")).startsWith("<7>"));
    }

    @Test
    void shouldKnowTheJournalByItsSocket() {
        assertTrue(JournalFormatter.isJournal("8:4711", "socket:[4711]"));
        assertFalse(JournalFormatter.isJournal("8:4711", "/dev/pts/0"));
        assertFalse(JournalFormatter.isJournal(null, "socket:[4711]"));
    }
}
