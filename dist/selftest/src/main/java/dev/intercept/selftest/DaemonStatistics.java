package dev.intercept.selftest;

import dev.intercept.stats.Counter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What intercept counted, read from the line it logs when it stops.
 *
 * @param counts by a counter's label; a count of 0 may be absent
 * @param kernelLosses packets that the kernel lost, by lane and reason, {@code "nfqueue:0 queue_dropped"}
 */
record DaemonStatistics(Map<String, Long> counts, Map<String, Long> kernelLosses) {

    private static final String MARK = "final total resp packs:";
    private static final Pattern PAIR = Pattern.compile("([a-z_]+):(\\d+)");
    private static final String TARGET = "target ";
    private static final String QUEUED = "queued";

    /** Reads the line; empty when it is another one. */
    static Optional<DaemonStatistics> parseFinal(String line) {
        if (!line.contains(MARK)) {
            return Optional.empty();
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<String, Long> losses = new LinkedHashMap<>();
        // The original's four figures; tunnels, sessions and counters; then a part for each lane that begins with its
        // name, and one for the target.
        String[] parts = line.substring(line.indexOf(MARK)).split("; ");
        for (int i = 1; i < parts.length; i++) {
            if (i == 1) {
                readPairs(parts[i], "", counts);
            } else if (!parts[i].startsWith(TARGET)) {
                String lane = parts[i].split(" ", 2)[0];
                readPairs(parts[i].substring(lane.length()), lane + " ", losses);
                losses.remove(lane + " " + QUEUED);
            }
        }
        return Optional.of(new DaemonStatistics(counts, losses));
    }

    private static void readPairs(String text, String prefix, Map<String, Long> into) {
        Matcher pairs = PAIR.matcher(text);
        while (pairs.find()) {
            into.put(prefix + pairs.group(1), Long.parseLong(pairs.group(2)));
        }
    }

    long get(Counter counter) {
        return counts.getOrDefault(counter.label(), 0L);
    }

    /** Packets that the kernel lost in all ways together. */
    long kernelLost() {
        return kernelLosses.values().stream().mapToLong(Long::longValue).sum();
    }
}
