package dev.intercept.monitor;

import dev.intercept.Intercept;
import dev.intercept.capture.BatchMeters;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Histogram;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All that intercept counts, under Prometheus' names. Read at each scrape; the packet path knows nothing of it. */
final class InterceptMetrics implements MultiCollector {

    private static final double NS_PER_S = 1e9;

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final String version;
    private final PeerTotals peers = new PeerTotals();

    InterceptMetrics(Intercept intercept, Diagnosis diagnosis, String version) {
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.version = version;
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> metrics = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            metrics.add(counter(counter));
        }
        metrics.add(gauge(
                "sessions",
                "sessions with a route",
                intercept.statistics().sessions().getAsInt()));
        metrics.add(gauge(
                "tunnels",
                "tunnels that are open",
                intercept.statistics().tunnels().getAsInt()));
        metrics.add(gauge(
                "waiting_messages",
                "headers that wait for the sockets of tunnels",
                intercept.statistics().waiting().getAsLong()));
        metrics.add(gauge("capturing", "1 while packets are captured", intercept.isCapturing() ? 1 : 0));
        metrics.add(InfoSnapshot.builder()
                .name("intercept_build")
                .help("version and backend")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", version, "backend", intercept.backendName()))
                        .build())
                .build());
        metrics.add(findings());
        addLanes(metrics);
        addPeers(metrics);
        metrics.addAll(TargetMetrics.of(intercept.target()));
        return new MetricSnapshots(metrics);
    }

    private CounterSnapshot counter(Counter counter) {
        return CounterSnapshot.builder()
                .name("intercept_" + counter.label())
                .help(counter.description())
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(intercept.statistics().get(counter))
                        .build())
                .build();
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name("intercept_" + name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build();
    }

    private GaugeSnapshot findings() {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("intercept_finding")
                .help(
                        "1 for each kind of finding that holds now, 0 for the others; the log and the page have the rest");
        Set<FindingId> held = diagnosis.findings().stream().map(Finding::id).collect(Collectors.toSet());
        for (FindingId id : FindingId.values()) {
            gauge.dataPoint(point(Labels.of("id", id.label()), held.contains(id) ? 1 : 0));
        }
        return gauge.build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private void addLanes(List<MetricSnapshot> metrics) {
        CounterSnapshot.Builder received = CounterSnapshot.builder()
                .name("intercept_kernel_received_packets")
                .help("packets that the kernel handed up");
        CounterSnapshot.Builder lost = CounterSnapshot.builder()
                .name("intercept_kernel_lost_packets")
                .help("packets that the kernel lost before intercept saw them, by the way in which they were lost");
        GaugeSnapshot.Builder queued =
                GaugeSnapshot.builder().name("intercept_kernel_queued_packets").help("packets that wait in the kernel");
        for (CaptureBackend lane : intercept.statistics().lanes()) {
            KernelStats stats = lane.kernelStats();
            Labels labels = Labels.of("lane", lane.lane());
            received.dataPoint(count(labels, stats.received()));
            queued.dataPoint(point(labels, stats.queued()));
            stats.losses().forEach(loss -> lost.dataPoint(count(labels.add("way", loss.name()), loss.packets())));
        }
        metrics.add(received.build());
        metrics.add(lost.build());
        metrics.add(queued.build());
        metrics.add(histogram("intercept_batch_packets", "packets of one batch", BatchMeters::packets, 1));
        metrics.add(histogram(
                "intercept_forwarding_seconds",
                "time from the look-up of a batch's first header to the last write of the batch",
                BatchMeters::forwardingNs,
                NS_PER_S));
    }

    private static CounterSnapshot.CounterDataPointSnapshot count(Labels labels, double value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private HistogramSnapshot histogram(
            String name, String help, java.util.function.Function<BatchMeters, Histogram> of, double perUnit) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(name).help(help);
        List<CaptureBackend> lanes = intercept.statistics().lanes();
        List<BatchMeters> meters = intercept.meters();
        for (int i = 0; i < meters.size(); i++) {
            Histogram values = of.apply(meters.get(i));
            histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(Labels.of("lane", lanes.get(i).lane()))
                    .classicHistogramBuckets(buckets(values, perUnit))
                    .sum(values.sum() / perUnit)
                    .build());
        }
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(Histogram values, double perUnit) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < values.bounds(); bucket++) {
            buckets.bucket(values.bound(bucket) / perUnit, values.count(bucket));
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, values.count(values.bounds()))
                .build();
    }

    private void addPeers(List<MetricSnapshot> metrics) {
        CounterSnapshot.Builder forwarded = CounterSnapshot.builder()
                .name("intercept_peer_forwarded_messages")
                .help("headers sent to the tunnels of a peer, ended ones too");
        CounterSnapshot.Builder written = CounterSnapshot.builder()
                .name("intercept_peer_written_messages")
                .help("headers that the sockets of a peer, ended ones too, took whole");
        CounterSnapshot.Builder dropped = CounterSnapshot.builder()
                .name("intercept_peer_dropped_messages")
                .help("headers that the tunnels of a peer, ended ones too, had no room for");
        GaugeSnapshot.Builder open =
                GaugeSnapshot.builder().name("intercept_peer_tunnels").help("open tunnels of a peer");
        GaugeSnapshot.Builder pending = GaugeSnapshot.builder()
                .name("intercept_peer_pending_bytes")
                .help("bytes that wait for the sockets of a peer");
        peers.with(intercept.tunnels()).forEach((peer, total) -> {
            Labels labels = Labels.of("peer", peer);
            forwarded.dataPoint(count(labels, total.forwarded()));
            written.dataPoint(count(labels, total.written()));
            dropped.dataPoint(count(labels, total.dropped()));
            open.dataPoint(point(labels, total.tunnels()));
            pending.dataPoint(point(labels, total.pendingBytes()));
        });
        metrics.addAll(List.of(forwarded.build(), written.build(), dropped.build(), open.build(), pending.build()));
    }
}
