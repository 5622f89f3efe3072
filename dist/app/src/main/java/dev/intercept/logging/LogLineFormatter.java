package dev.intercept.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * The original's log line, so that existing log watchers keep working:
 *
 * <pre>
 * YYYY/MM/DD HH:MM:SS +mmm [level] text
 * </pre>
 *
 * <p>Time is local, {@code +mmm} its milliseconds. A record's exception follows as indented lines.
 */
final class LogLineFormatter extends Formatter {

    private final ZoneId zone;

    LogLineFormatter(ZoneId zone) {
        this.zone = zone;
    }

    @Override
    public String format(LogRecord record) {
        StringBuilder line = new StringBuilder(128);
        appendTime(line, LocalDateTime.ofInstant(record.getInstant(), zone));
        line.append(" [").append(levelName(record.getLevel())).append("] ");
        line.append(formatMessage(record)).append('\n');
        if (record.getThrown() != null) {
            appendIndented(line, record.getThrown());
        }
        return line.toString();
    }

    // By hand: java.time.format costs 30 ms of the start-up time when it loads.
    private static void appendTime(StringBuilder line, LocalDateTime time) {
        line.append(time.getYear()).append('/');
        appendPadded(line, time.getMonthValue(), 2).append('/');
        appendPadded(line, time.getDayOfMonth(), 2).append(' ');
        appendPadded(line, time.getHour(), 2).append(':');
        appendPadded(line, time.getMinute(), 2).append(':');
        appendPadded(line, time.getSecond(), 2).append(" +");
        appendPadded(line, time.getNano() / 1_000_000, 3);
    }

    private static StringBuilder appendPadded(StringBuilder line, int number, int digits) {
        String text = Integer.toString(number);
        return line.append("0".repeat(digits - text.length())).append(text);
    }

    static String levelName(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        } else if (value >= Level.WARNING.intValue()) {
            return "warn";
        } else if (value >= Level.INFO.intValue()) {
            return "info";
        }
        return value >= Level.FINE.intValue() ? "debug" : "trace";
    }

    private static void appendIndented(StringBuilder line, Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().forEach(row -> line.append("    ").append(row).append('\n'));
    }
}
