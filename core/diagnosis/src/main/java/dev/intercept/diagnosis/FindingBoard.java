package dev.intercept.diagnosis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Findings at most; more tunnels in trouble than this need not be named one by one. */
    static final int MAX_FINDINGS = 128;

    private static final class Entry {
        private Finding finding;
        private boolean isActive;
        private boolean isShown;
        private boolean wasLogged;
        private boolean isEndUnlogged;
        private long loggedNs;

        Entry(Finding finding) {
            this.finding = finding;
        }
    }

    private final Logger logger;
    private final LongSupplier nanoClock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final FindingHistory history = new FindingHistory();
    private Set<FindingId> silenced = Set.of();

    public FindingBoard(Logger logger, LongSupplier nanoClock) {
        this.logger = logger;
        this.nanoClock = nanoClock;
    }

    /** Neither shows nor logs these from now on, not even that they ended, until other ones are named. */
    public synchronized void silence(Set<FindingId> ids) {
        silenced = Set.copyOf(ids);
        for (Entry entry : entries.values()) {
            if (silenced.contains(entry.finding.id())) {
                entry.isShown = false;
                entry.isEndUnlogged = false;
            }
        }
    }

    /** This holds now. Raised again it only renews the fact. Seen and logged from the next {@link #show} on. */
    public synchronized void raise(Finding finding) {
        String key = key(finding.id(), finding.subject());
        if (entries.containsKey(key) || makeRoom()) {
            Entry entry = entries.computeIfAbsent(key, k -> new Entry(finding));
            entry.finding = finding;
            entry.isActive = true;
        }
    }

    /** This does not hold any more, or never did. */
    public synchronized void clear(FindingId id, String subject) {
        Entry entry = entries.get(key(id, subject));
        if (entry != null) {
            entry.isActive = false;
        }
    }

    /** Ends a look: shows what holds, but for the symptoms of what is shown too, and logs what came and what ended. */
    public synchronized void show() {
        Set<FindingId> symptoms = Explanations.symptomsOf(entries.values().stream()
                .filter(entry -> entry.isActive)
                .map(entry -> entry.finding.id())
                .toList());
        for (Entry entry : entries.values()) {
            boolean wasShown = entry.isShown;
            entry.isShown =
                    entry.isActive && !symptoms.contains(entry.finding.id()) && !silenced.contains(entry.finding.id());
            if (entry.isShown) {
                history.note(entry.finding, !wasShown, nanoClock.getAsLong());
                logHolding(entry);
            } else if (entry.isEndUnlogged) {
                entry.isEndUnlogged = false;
                String subject = entry.finding.subject();
                logger.log(
                        Level.INFO,
                        "[" + entry.finding.id().label() + "] ended" + (subject.isEmpty() ? "" : ": " + subject));
            }
        }
    }

    private void logHolding(Entry entry) {
        long nowNs = nanoClock.getAsLong();
        if (!entry.wasLogged || nowNs - entry.loggedNs >= LOG_INTERVAL_NS) {
            entry.wasLogged = true;
            entry.isEndUnlogged = true;
            entry.loggedNs = nowNs;
            logger.log(
                    level(entry.finding.severity()),
                    "[" + entry.finding.id().label() + "] " + entry.finding.sentence());
        }
    }

    private static Level level(Severity severity) {
        return switch (severity) {
            case OK, INFO -> Level.INFO;
            case WARN -> Level.WARNING;
            case FAIL -> Level.ERROR;
        };
    }

    /** What is shown now, the oldest first. */
    public synchronized List<Finding> active() {
        return entries.values().stream()
                .filter(entry -> entry.isShown)
                .map(entry -> entry.finding)
                .toList();
    }

    /** What was shown at any time since the start, in the order in which it came up. */
    public synchronized List<FindingHistory.Stood> history() {
        return history.all();
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
