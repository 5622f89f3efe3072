package dev.intercept.monitor;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How some figures went in the last hour: a value of each every {@value #INTERVAL_S} seconds, the latest {@value #POINTS} of them.
 * The room for all is taken at the start.
 *
 * <p>Thread rule: one thread looks, any thread reads.
 *
 * @param <M> what is known at a moment
 */
final class History<M> {

    static final int INTERVAL_S = 5;
    static final int POINTS = 720;

    private static final double NS_PER_S = 1e9;

    /** A figure between two moments; NaN when there was nothing to take it from. */
    interface Measure<M> {
        double between(M before, M now, double seconds);
    }

    /** @param name with its unit, as it stands in JSON */
    record Series<M>(String name, Measure<M> measure) {}

    private final Supplier<M> source;
    private final List<Series<M>> series;
    private final LongSupplier nanoClock;
    private final long[] atNs = new long[POINTS];
    private final double[][] values;
    private M before;
    private long beforeNs;

    /** Points taken since the start; that number {@code n} lies at {@code n % POINTS}. */
    private long taken;

    History(Supplier<M> source, List<Series<M>> series, LongSupplier nanoClock) {
        this.source = source;
        this.series = series;
        this.nanoClock = nanoClock;
        values = new double[series.size()][POINTS];
        before = source.get();
        beforeNs = nanoClock.getAsLong();
    }

    /** Takes a point: what has happened since the last one. */
    synchronized void look() {
        M now = source.get();
        long nowNs = nanoClock.getAsLong();
        int index = (int) (taken % POINTS);
        for (int i = 0; i < values.length; i++) {
            values[i][index] = series.get(i).measure.between(before, now, (nowNs - beforeNs) / NS_PER_S);
        }
        atNs[index] = nowNs;
        before = now;
        beforeNs = nowNs;
        taken++;
    }

    /**
     * One JSON object. Members: intervalS; taken, how many points there were since the start; agoS, an array with the age of each
     * point; series, an object with an array of as many values for each name, null where there is none. The oldest point is first.
     *
     * @param after points before this one are left out: what {@code taken} was when the reader asked last, or 0 for all
     */
    synchronized String json(long after) {
        long first = Math.max(after, Math.max(0, taken - POINTS));
        long nowNs = nanoClock.getAsLong();
        StringBuilder json = new StringBuilder("{\"intervalS\":" + INTERVAL_S + ",\"taken\":" + taken + ",\"agoS\":[");
        for (long point = first; point < taken; point++) {
            append(json, point > first, (nowNs - atNs[(int) (point % POINTS)]) / NS_PER_S);
        }
        json.append("],\"series\":{");
        for (int i = 0; i < values.length; i++) {
            json.append(i > 0 ? ",\"" : "\"").append(series.get(i).name).append("\":[");
            for (long point = first; point < taken; point++) {
                append(json, point > first, values[i][(int) (point % POINTS)]);
            }
            json.append(']');
        }
        return json.append("}}").toString();
    }

    /** To a thousandth. */
    private static void append(StringBuilder json, boolean isNext, double value) {
        json.append(isNext ? "," : "");
        long thousandths = Math.round(value * 1000);
        if (Double.isNaN(value)) {
            json.append("null");
        } else if (thousandths % 1000 == 0) {
            json.append(thousandths / 1000);
        } else {
            json.append(thousandths / 1000.0);
        }
    }
}
