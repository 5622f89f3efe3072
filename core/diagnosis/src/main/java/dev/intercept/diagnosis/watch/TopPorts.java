package dev.intercept.diagnosis.watch;

import dev.intercept.stats.PortTally;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The most frequent ports of all lanes together, counted from a moment on. */
final class TopPorts {

    private final List<PortTally> lanes;
    private final Map<Integer, Long> before = new HashMap<>();

    TopPorts(List<PortTally> lanes) {
        this.lanes = lanes;
    }

    /** Counts from now on. */
    void restart() {
        before.clear();
        sum().forEach(entry -> before.put(entry.port(), entry.count()));
    }

    /** The most frequent first; where nothing came since the restart, those of all time. */
    List<PortTally.Entry> top(int limit) {
        List<PortTally.Entry> all = sum();
        List<PortTally.Entry> since = new ArrayList<>();
        for (PortTally.Entry entry : all) {
            long count = entry.count() - before.getOrDefault(entry.port(), 0L);
            if (count > 0) {
                since.add(new PortTally.Entry(entry.port(), entry.address(), count));
            }
        }
        List<PortTally.Entry> entries = since.isEmpty() ? all : since;
        entries.sort(Comparator.comparingLong(entry -> -entry.count()));
        return entries.subList(0, Math.min(limit, entries.size()));
    }

    private List<PortTally.Entry> sum() {
        Map<Integer, PortTally.Entry> byPort = new HashMap<>();
        for (PortTally lane : lanes) {
            for (PortTally.Entry entry : lane.entries()) {
                byPort.merge(
                        entry.port(),
                        entry,
                        (a, b) -> new PortTally.Entry(a.port(), a.address(), a.count() + b.count()));
            }
        }
        return new ArrayList<>(byPort.values());
    }
}
