package dev.intercept.summary;

import java.util.Locale;

/**
 * One figure of two runs.
 *
 * @param noise a difference that chance makes of two equal runs, in the figure's unit; infinite where there is too little to judge
 */
record Figure(String name, double before, double after, double noise) {

    /** Twice the standard deviation: one in twenty equal figures seems to differ. */
    private static final double DEVIATIONS = 2;

    /**
     * A count of events by a base: seconds, sessions, segments. Events come by chance, so their count varies by its square root.
     *
     * @param eventsEach how many of them come together, as where one that was seen stands for several
     */
    static Figure rate(String name, double scale, Rate before, Rate after, double eventsEach) {
        double variance = before.variance() + after.variance();
        return new Figure(
                name,
                scale * before.value(),
                scale * after.value(),
                scale * DEVIATIONS * Math.sqrt(variance * eventsEach));
    }

    /** So many of a base, in one run. */
    record Rate(double count, double base) {
        double value() {
            return base == 0 ? 0 : count / base;
        }

        double variance() {
            return base == 0 ? 0 : count / base / base;
        }
    }

    /** In per cent of the first; infinite where that is 0 and the second is not. */
    double difference() {
        double by = after - before;
        return by == 0 ? 0 : 100 * by / before;
    }

    boolean isBeyond(double tolerance) {
        return Math.abs(difference()) > tolerance && Math.abs(after - before) > noise;
    }

    String line(double tolerance) {
        String by = Double.isInfinite(difference()) ? "from 0" : String.format(Locale.ROOT, "%+.1f %%", difference());
        return String.format(
                Locale.ROOT,
                "%-46s %12s %12s %10s%s",
                name,
                number(before),
                number(after),
                by,
                isBeyond(tolerance) ? " *" : "");
    }

    private static String number(double value) {
        return value >= 1000 ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
