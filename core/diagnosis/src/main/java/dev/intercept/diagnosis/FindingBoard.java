package dev.intercept.diagnosis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The findings that hold while intercept runs. Each is logged once when it comes up and then at most once a minute with
 * its present fact, however often it comes and goes; its end is logged too.
 *
 * <p>Thread rule: any thread.
 */
public final class FindingBoard {

    /** Between two log lines about one finding. */
    public static final long LOG_INTERVAL_NS = 60_000_000_000L;

    /** Findings at most; more tunnels in trouble than this need not be told one by one. */
    static final int MAX_FINDINGS = 128;

    private static final class Entry {
        private Finding finding;
        private boolean isActive;
        private boolean wasLogged;
        private boolean isEndUntold;
        private long loggedNs;
    }

    private final Logger logger;
    private final LongSupplier nanoClock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    public FindingBoard(Logger logger, LongSupplier nanoClock) {
        this.logger = logger;
        this.nanoClock = nanoClock;
    }

    /** This holds now. Told again it only renews the fact. */
    public synchronized void raise(Finding finding) {
        String key = key(finding.id(), finding.subject());
        if (!entries.containsKey(key) && !makeRoom()) {
            return;
        }
        Entry entry = entries.computeIfAbsent(key, k -> new Entry());
        entry.finding = finding;
        entry.isActive = true;
        long nowNs = nanoClock.getAsLong();
        if (!entry.wasLogged || nowNs - entry.loggedNs >= LOG_INTERVAL_NS) {
            entry.wasLogged = true;
            entry.isEndUntold = true;
            entry.loggedNs = nowNs;
            logger.log(
                    finding.severity() == Severity.FAIL ? Level.ERROR : Level.WARNING,
                    "[" + finding.id().label() + "] " + finding.sentence());
        }
    }

    /** This does not hold any more, or never did. */
    public synchronized void clear(FindingId id, String subject) {
        Entry entry = entries.get(key(id, subject));
        if (entry != null && entry.isActive) {
            entry.isActive = false;
            if (entry.isEndUntold) {
                entry.isEndUntold = false;
                logger.log(Level.INFO, "[" + id.label() + "] over" + (subject.isEmpty() ? "" : ": " + subject));
            }
        }
    }

    /** What holds now, the oldest first. */
    public synchronized List<Finding> active() {
        List<Finding> active = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.isActive) {
                active.add(entry.finding);
            }
        }
        return active;
    }

    private boolean makeRoom() {
        long nowNs = nanoClock.getAsLong();
        if (entries.size() >= MAX_FINDINGS) {
            entries.values().removeIf(entry -> !entry.isActive && nowNs - entry.loggedNs >= LOG_INTERVAL_NS);
        }
        return entries.size() < MAX_FINDINGS;
    }

    private static String key(FindingId id, String subject) {
        return id.label() + ' ' + subject;
    }
}
