package dev.intercept.logging;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One JSON object a line: {@code time} (RFC 3339, UTC), {@code level}, {@code logger}, {@code message}, and where there is one
 * {@code finding} (its id) and {@code exception}.
 */
final class JsonLineFormatter extends Formatter {

    /** A finding's line begins with its id in brackets. */
    private static final Pattern FINDING = Pattern.compile("^\\[([a-z-]+)\\] ");

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    @Override
    public String format(LogRecord record) {
        JsonObject line = new JsonObject();
        line.addProperty("time", record.getInstant().toString());
        line.addProperty("level", LogLineFormatter.levelName(record.getLevel()));
        line.addProperty("logger", record.getLoggerName());
        String message = formatMessage(record);
        line.addProperty("message", message);
        Matcher finding = FINDING.matcher(message == null ? "" : message);
        if (finding.find()) {
            line.addProperty("finding", finding.group(1));
        }
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace));
            line.addProperty("exception", trace.toString());
        }
        return GSON.toJson(line) + "\n";
    }
}
