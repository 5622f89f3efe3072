package dev.intercept.answers;

import dev.intercept.stats.Histogram;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What all lanes have seen of the test server up to a moment.
 *
 * @param oneIn for how many sessions one of the sample stands now: what {@linkplain AnswerCount#isEstimated is estimated} and
 *     {@linkplain AnswerDelay#isSampled these delays} come from it
 * @param ports each port of a target, the lowest first; 0 stands for all beyond the {@value PortMeters#MAX_PORTS} that came first
 */
public record TargetPicture(int oneIn, List<Port> ports) {

    private static final int NS_PER_US = 1000;

    /** One port of the target. */
    public record Port(int port, Map<AnswerCount, Long> counts, Map<AnswerDelay, Delays> delays) {

        public long count(AnswerCount count) {
            return counts.getOrDefault(count, 0L);
        }

        public Delays delay(AnswerDelay delay) {
            return Objects.requireNonNull(delays.get(delay), "a port has all delays");
        }

        /** Whether any status of HTTP was looked for here and found, or found unreadable. */
        public boolean speaksHttp() {
            return counts.entrySet().stream().anyMatch(each -> each.getKey().isHttp() && each.getValue() > 0);
        }
    }

    /**
     * How often a delay fell between bounds.
     *
     * @param boundsNs the largest of each bucket but the last, which has none
     * @param counts one more than bounds
     */
    public record Delays(long[] boundsNs, long[] counts, long sumNs) {

        /** The same with bounds that double each time, as metrics have them: a part of the buckets. */
        public Delays coarse() {
            int steps = PortMeters.STEPS;
            int last = boundsNs.length / steps;
            long[] bounds = new long[last + 1];
            long[] sums = new long[last + 2];
            for (int i = 0; i < counts.length; i++) {
                int bucket = (i + steps - 1) / steps;
                sums[bucket] += counts[i];
                if (i % steps == 0) {
                    bounds[bucket] = boundsNs[i];
                }
            }
            return new Delays(bounds, sums, sumNs);
        }

        /** How many were measured. */
        public long total() {
            long total = 0;
            for (long count : counts) {
                total += count;
            }
            return total;
        }

        /** A delay that this part of all did not exceed, evenly spread within its bucket; 0 when none was measured. */
        public long quantileNs(double part) {
            double wanted = part * total();
            long below = 0;
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0 && below + counts[i] >= wanted) {
                    long from = i == 0 ? 0 : boundsNs[i - 1];
                    long to = i == boundsNs.length ? from : boundsNs[i];
                    return from + Math.round((to - from) * (wanted - below) / counts[i]);
                }
                below += counts[i];
            }
            return 0;
        }
    }

    /** The part of the statistics line that says how the target is, all ports together; empty before the first answer. */
    public String line() {
        return total().map(TargetPicture::line).orElse("");
    }

    private static String line(Port all) {
        long firstBytes = p99Us(all, AnswerDelay.FIRST_BYTE);
        return String.format(
                        Locale.ROOT,
                        "; target sessions:%d requests:%d answers:%d bytes:%d repeated:%d resets:%d zero_windows:%d"
                                + " syn_ack_p99_us:%d data_p99_us:%d",
                        all.count(AnswerCount.SESSIONS),
                        all.count(AnswerCount.REQUESTS),
                        all.count(AnswerCount.ANSWERS),
                        all.count(AnswerCount.PAYLOAD_BYTES),
                        all.count(AnswerCount.REPEATED),
                        all.count(AnswerCount.RESETS),
                        all.count(AnswerCount.ZERO_WINDOWS),
                        p99Us(all, AnswerDelay.SYN_ACK),
                        p99Us(all, AnswerDelay.DATA))
                + (firstBytes > 0 ? " first_byte_p99_us:" + firstBytes : "");
    }

    private static long p99Us(Port all, AnswerDelay delay) {
        return all.delay(delay).quantileNs(0.99) / NS_PER_US;
    }

    /** Adds up what the lanes have seen. Any thread. */
    public static TargetPicture of(Sampling sampling, List<AnswerMeter> lanes) {
        Map<Integer, Port> ports = new TreeMap<>();
        for (AnswerMeter lane : lanes) {
            for (int row = 0; row <= PortMeters.MAX_PORTS; row++) {
                if (lane.count(row, AnswerCount.ANSWERS) > 0) {
                    ports.merge(lane.port(row), portOf(lane, row), TargetPicture::sum);
                }
            }
        }
        return new TargetPicture(sampling.oneIn(), new ArrayList<>(ports.values()));
    }

    /** What was seen since an earlier picture of the same run. */
    public TargetPicture since(TargetPicture earlier) {
        List<Port> grown = new ArrayList<>();
        for (Port port : ports) {
            grown.add(earlier.ports.stream()
                    .filter(before -> before.port == port.port)
                    .findFirst()
                    .map(before -> combine(port, before, -1))
                    .orElse(port));
        }
        return new TargetPicture(oneIn, grown);
    }

    /** All ports as one, with number 0; empty before the first answer. */
    public Optional<Port> total() {
        return ports.stream().reduce(TargetPicture::sum).map(all -> new Port(0, all.counts, all.delays));
    }

    private static Port portOf(AnswerMeter lane, int row) {
        Map<AnswerCount, Long> counts = new EnumMap<>(AnswerCount.class);
        for (AnswerCount count : AnswerCount.values()) {
            counts.put(count, lane.count(row, count));
        }
        Map<AnswerDelay, Delays> delays = new EnumMap<>(AnswerDelay.class);
        for (AnswerDelay delay : AnswerDelay.values()) {
            delays.put(delay, delaysOf(lane.delays(row, delay)));
        }
        return new Port(lane.port(row), counts, delays);
    }

    private static Delays delaysOf(Histogram values) {
        long[] bounds = new long[values.bounds()];
        long[] counts = new long[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = values.count(i);
            if (i < bounds.length) {
                bounds[i] = values.bound(i);
            }
        }
        return new Delays(bounds, counts, values.sum());
    }

    private static Port sum(Port one, Port other) {
        return combine(one, other, 1);
    }

    /** @param times how often the other is added: 1, or -1 to take it away */
    private static Port combine(Port one, Port other, int times) {
        Map<AnswerCount, Long> counts = new EnumMap<>(one.counts);
        other.counts.forEach((count, value) -> counts.merge(count, times * value, Long::sum));
        Map<AnswerDelay, Delays> delays = new EnumMap<>(AnswerDelay.class);
        one.delays.forEach((delay, values) -> delays.put(delay, combine(values, other.delay(delay), times)));
        return new Port(one.port, counts, delays);
    }

    private static Delays combine(Delays one, Delays other, int times) {
        long[] counts = one.counts.clone();
        for (int i = 0; i < counts.length; i++) {
            counts[i] += times * other.counts[i];
        }
        return new Delays(one.boundsNs, counts, one.sumNs + times * other.sumNs);
    }
}
