package dev.intercept.monitor;

import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerDelay;
import dev.intercept.answers.TargetPicture;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** What the answers say about the test server, under Prometheus' names. The labels are the port, 17 at most, and the class of an HTTP status. */
final class TargetMetrics {

    private static final double NS_PER_S = 1e9;
    private static final String PREFIX = "intercept_target_";

    private TargetMetrics() {}

    static List<MetricSnapshot> of(TargetPicture target) {
        List<MetricSnapshot> metrics = new ArrayList<>();
        for (AnswerCount count : AnswerCount.values()) {
            if (!count.isHttp()) {
                metrics.add(counter(target, count));
            }
        }
        metrics.add(httpResponses(target));
        for (AnswerDelay delay : AnswerDelay.values()) {
            metrics.add(histogram(target, delay));
        }
        metrics.add(GaugeSnapshot.builder()
                .name(PREFIX + "sample_sessions")
                .help("for how many sessions of the target one that is looked at stands")
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(target.oneIn())
                        .build())
                .build());
        return metrics;
    }

    private static CounterSnapshot counter(TargetPicture target, AnswerCount count) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name(PREFIX + count.label())
                .help(count.description() + (count.isEstimated() ? "; estimated from a sample of sessions" : ""));
        target.ports()
                .forEach(port -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(labels(port))
                        .value(port.count(count))
                        .build()));
        return counter.build();
    }

    /** Of a port that answered with data while statuses are read; of others nothing is known, which is not 0. */
    private static CounterSnapshot httpResponses(TargetPicture target) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name(PREFIX + "http_responses")
                .help(
                        "HTTP/1.x responses of the target by the class of their status, and answers that cannot be read as such;"
                                + " with --payload only; estimated from a sample of sessions");
        target.ports().stream().filter(TargetPicture.Port::speaksHttp).forEach(port -> {
            for (AnswerCount count : AnswerCount.values()) {
                if (count.isHttp()) {
                    counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels(port).add("class", count.httpClass()))
                            .value(port.count(count))
                            .build());
                }
            }
        });
        return counter.build();
    }

    private static HistogramSnapshot histogram(TargetPicture target, AnswerDelay delay) {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name(PREFIX + delay.label() + "_seconds")
                .help(delay.description() + (delay.isSampled() ? "; of a sample of sessions" : ""));
        target.ports()
                .forEach(port -> histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(labels(port))
                        .classicHistogramBuckets(buckets(port.delay(delay).coarse()))
                        .sum(port.delay(delay).sumNs() / NS_PER_S)
                        .build()));
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(TargetPicture.Delays delays) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < delays.boundsNs().length; i++) {
            buckets.bucket(delays.boundsNs()[i] / NS_PER_S, delays.counts()[i]);
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, delays.counts()[delays.boundsNs().length])
                .build();
    }

    private static Labels labels(TargetPicture.Port port) {
        return Labels.of("port", port.port() == 0 ? "others" : Integer.toString(port.port()));
    }
}
