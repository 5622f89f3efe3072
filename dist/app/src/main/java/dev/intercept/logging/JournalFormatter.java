package dev.intercept.logging;

import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Puts the priority in front of each line, {@code <4>}, for systemd's journal: see sd-daemon(3). */
final class JournalFormatter extends Formatter {

    /** syslog.h: LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG. */
    private static final int ERROR = 3;

    private static final int WARNING = 4;
    private static final int INFO = 6;
    private static final int DEBUG = 7;

    private final Formatter text;

    JournalFormatter(Formatter text) {
        this.text = text;
    }

    /**
     * Whether stderr goes to the journal.
     *
     * @param journalStream the variable JOURNAL_STREAM, {@code device:inode} of the journal's socket, systemd.exec(5)
     * @param stderrInode of /proc/self/fd/2, {@code socket:[inode]}
     */
    static boolean isJournal(String journalStream, String stderrInode) {
        return journalStream != null
                && stderrInode.equals("socket:[" + journalStream.substring(journalStream.indexOf(':') + 1) + "]");
    }

    @Override
    public String format(LogRecord record) {
        String prefix = "<" + priority(record.getLevel()) + ">";
        return text.format(record).lines().map(line -> prefix + line + "\n").reduce("", String::concat);
    }

    private static int priority(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return ERROR;
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return WARNING;
        }
        return level.intValue() >= Level.INFO.intValue() ? INFO : DEBUG;
    }
}
