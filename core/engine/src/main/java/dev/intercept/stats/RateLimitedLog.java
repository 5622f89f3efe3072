package dev.intercept.stats;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A log that a flood cannot fill: of each kind of event a few lines at once, then one a minute that says how many it
 * stands for.
 *
 * <p>Thread rule: any thread; the text is made only when its line is written.
 */
public final class RateLimitedLog {

    /** Lines of one kind that may come at once. */
    public static final int BURST = 5;

    /** After the burst, one line of a kind in this time. */
    public static final long INTERVAL_NS = 60_000_000_000L;

    private static final class Budget {
        long creditNs;
        long lastNs;
        long suppressed;
    }

    private final Logger logger;
    private final LongSupplier nanoClock;
    private final Map<String, Budget> budgets = new HashMap<>();

    public RateLimitedLog(Logger logger, LongSupplier nanoClock) {
        this.logger = logger;
        this.nanoClock = nanoClock;
    }

    /**
     * Logs one event, or counts it.
     *
     * @param kind what events share a budget; from a fixed set, never made from input
     */
    public void log(String kind, Level level, Supplier<String> text) {
        log(kind, BURST, level, text);
    }

    /** As {@link #log(String, Level, Supplier)} for a kind of which more than {@link #BURST} lines may come at once. */
    public void log(String kind, int burst, Level level, Supplier<String> text) {
        long suppressed = take(kind, burst);
        if (suppressed >= 0) {
            logger.log(
                    level, suppressed == 0 ? text.get() : text.get() + " (and " + suppressed + " like it, not logged)");
        }
    }

    /** @return events of this kind left out since the last line, or -1 when this one is left out too */
    private synchronized long take(String kind, int burst) {
        long nowNs = nanoClock.getAsLong();
        Budget budget = budgets.computeIfAbsent(kind, k -> {
            Budget fresh = new Budget();
            fresh.creditNs = burst * INTERVAL_NS;
            fresh.lastNs = nowNs;
            return fresh;
        });
        budget.creditNs = Math.min(burst * INTERVAL_NS, budget.creditNs + nowNs - budget.lastNs);
        budget.lastNs = nowNs;
        if (budget.creditNs < INTERVAL_NS) {
            budget.suppressed++;
            return -1;
        }
        budget.creditNs -= INTERVAL_NS;
        long suppressed = budget.suppressed;
        budget.suppressed = 0;
        return suppressed;
    }
}
