package dev.intercept.monitor;

import dev.intercept.Intercept;
import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.answers.TargetPicture;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.monitor.History.Measure;
import dev.intercept.monitor.History.Series;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * What the page's charts are made of, as it is at one moment. Counts are those since the start.
 *
 * @param severity of the worst finding: 0 none, 1 INFO, 2 WARN, 3 FAIL
 */
record Moment(
        long answers,
        long written,
        long packets,
        long unrouted,
        long kernelLost,
        long overflowed,
        long routes,
        int sessions,
        int severity,
        TargetPicture target) {

    private static final double NS_PER_MS = 1e6;
    private static final double PERCENT = 100;
    private static final double MEDIAN = 0.5;
    private static final double MOST = 0.99;

    /** The history of this intercept, empty as yet. */
    static History<Moment> history(Intercept intercept, Diagnosis diagnosis, LongSupplier nanoClock) {
        return new History<>(() -> of(intercept, diagnosis), series(), nanoClock);
    }

    private static Moment of(Intercept intercept, Diagnosis diagnosis) {
        Statistics statistics = intercept.statistics();
        return new Moment(
                statistics.get(Counter.FORWARDED) + statistics.get(Counter.UNPARKED),
                statistics.get(Counter.MESSAGES_WRITTEN),
                statistics.packets(),
                statistics.get(Counter.NO_ROUTE) + statistics.get(Counter.PARKED_EXPIRED),
                statistics.kernelLost(),
                statistics.get(Counter.TUNNEL_OVERFLOW) + statistics.get(Counter.UNPARKED_OVERFLOW),
                statistics.get(Counter.ROUTES_ADDED),
                statistics.sessions().getAsInt(),
                diagnosis.findings().stream()
                        .map(Finding::severity)
                        .mapToInt(Severity::ordinal)
                        .max()
                        .orElse(0),
                intercept.target());
    }

    private static List<Series<Moment>> series() {
        List<Series<Moment>> series = new ArrayList<>(List.of(
                new Series<>("answers_per_s", rate(Moment::answers)),
                new Series<>("written_per_s", rate(Moment::written)),
                new Series<>("packets_per_s", rate(Moment::packets)),
                new Series<>("unrouted_per_s", rate(Moment::unrouted)),
                new Series<>("kernel_lost_per_s", rate(Moment::kernelLost)),
                new Series<>("overflowed_per_s", rate(Moment::overflowed)),
                new Series<>("routes_added_per_s", rate(Moment::routes)),
                new Series<>("sessions", (before, now, seconds) -> now.sessions),
                new Series<>("severity", (before, now, seconds) -> now.severity),
                new Series<>("target_repeated_percent", Moment::repeatedPercent)));
        for (AnswerCount count : AnswerCount.values()) {
            series.add(new Series<>("target_" + count.label() + "_per_s", rate(moment -> moment.count(count))));
        }
        for (AnswerDelay delay : AnswerDelay.values()) {
            series.add(new Series<>("target_" + delay.label() + "_p50_ms", quantileMs(delay, MEDIAN)));
            series.add(new Series<>("target_" + delay.label() + "_p99_ms", quantileMs(delay, MOST)));
        }
        return series;
    }

    private static Measure<Moment> rate(ToLongFunction<Moment> count) {
        return (before, now, seconds) -> (count.applyAsLong(now) - count.applyAsLong(before)) / seconds;
    }

    private static Measure<Moment> quantileMs(AnswerDelay delay, double part) {
        return (before, now, seconds) -> {
            TargetPicture.Delays delays = now.since(before, delay);
            return delays.total() == 0 ? Double.NaN : delays.quantileNs(part) / NS_PER_MS;
        };
    }

    /** Of all segments. */
    private static double repeatedPercent(Moment before, Moment now, double seconds) {
        double segments = now.count(AnswerCount.SEGMENTS) - before.count(AnswerCount.SEGMENTS);
        long repeated = now.count(AnswerCount.REPEATED) - before.count(AnswerCount.REPEATED);
        return segments == 0 ? Double.NaN : PERCENT * repeated / segments;
    }

    /** On all ports. */
    private long count(AnswerCount count) {
        return target.ports().stream().mapToLong(port -> port.count(count)).sum();
    }

    /** The delays on all ports that were measured after another moment. */
    private TargetPicture.Delays since(Moment before, AnswerDelay delay) {
        long[] boundsNs = {};
        long[] counts = {0};
        for (TargetPicture.Port port : target.ports()) {
            TargetPicture.Delays delays = port.delay(delay);
            boundsNs = delays.boundsNs();
            counts = counts.length == 1 ? new long[boundsNs.length + 1] : counts;
            add(counts, delays.counts(), 1);
        }
        for (TargetPicture.Port port : before.target.ports()) {
            add(counts, port.delay(delay).counts(), -1);
        }
        return new TargetPicture.Delays(boundsNs, counts, 0);
    }

    private static void add(long[] sums, long[] counts, int sign) {
        for (int i = 0; i < counts.length; i++) {
            sums[i] += sign * counts[i];
        }
    }
}
