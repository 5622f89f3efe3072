package dev.intercept.logging;

import java.time.ZoneId;
import java.util.logging.Formatter;

/** How a log line looks ({@code --log-format}). */
public enum LogFormat {
    /** The original's line. */
    TEXT,
    /** One JSON object a line. */
    JSON;

    /** @param isJournal whether systemd's journal reads the lines: it wants a priority in front and has the time itself */
    Formatter formatter(boolean isJournal) {
        if (this == JSON) {
            return new JsonLineFormatter();
        }
        Formatter text = new LogLineFormatter(ZoneId.systemDefault());
        return isJournal ? new JournalFormatter(text) : text;
    }
}
