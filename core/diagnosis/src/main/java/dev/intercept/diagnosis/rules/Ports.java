package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * A set of ports.
 *
 * @param ranges in their order, none touching the next
 */
record Ports(List<PortRange> ranges) {

    static final int LAST = 0xffff;

    static final Ports ALL = new Ports(List.of(new PortRange(0, LAST)));

    static final Ports NONE = new Ports(List.of());

    Ports {
        ranges = List.copyOf(ranges);
    }

    /** The same ports, whichever order and overlaps these ranges have. */
    static Ports of(List<PortRange> ranges) {
        List<PortRange> merged = new ArrayList<>();
        for (PortRange range : ranges.stream()
                .filter(each -> each.first() <= each.last())
                .sorted(Comparator.comparingInt(PortRange::first))
                .toList()) {
            PortRange last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && range.first() <= last.last() + 1) {
                merged.set(merged.size() - 1, new PortRange(last.first(), Math.max(last.last(), range.last())));
            } else {
                merged.add(range);
            }
        }
        return new Ports(merged);
    }

    static Ports of(int port) {
        return new Ports(List.of(new PortRange(port, port)));
    }

    Ports not() {
        List<PortRange> gaps = new ArrayList<>();
        int next = 0;
        for (PortRange range : ranges) {
            gaps.add(new PortRange(next, range.first() - 1));
            next = range.last() + 1;
        }
        gaps.add(new PortRange(next, LAST));
        return of(gaps);
    }

    Ports and(Ports other) {
        List<PortRange> common = new ArrayList<>();
        for (PortRange a : ranges) {
            for (PortRange b : other.ranges) {
                common.add(new PortRange(Math.max(a.first(), b.first()), Math.min(a.last(), b.last())));
            }
        }
        return of(common);
    }

    boolean contains(int port) {
        return ranges.stream().anyMatch(range -> range.contains(port));
    }

    boolean contains(Ports other) {
        return other.ranges.stream().allMatch(inner -> ranges.stream().anyMatch(range -> range.contains(inner)));
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    boolean isAll() {
        return contains(ALL);
    }

    int size() {
        return ranges.stream()
                .mapToInt(range -> range.last() - range.first() + 1)
                .sum();
    }

    /** Its port where there is but one. */
    OptionalInt single() {
        return size() == 1 ? OptionalInt.of(ranges.get(0).first()) : OptionalInt.empty();
    }
}
