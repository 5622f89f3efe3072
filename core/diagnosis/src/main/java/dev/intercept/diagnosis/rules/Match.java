package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * Which answers a rule matches, as far as it matters here.
 *
 * @param tcp whether TCP packets can match
 * @param sourcePorts the target's ports that match; empty for every port
 * @param established whether packets of connections under way can match: an answer always is one, a SYN/ACK too
 * @param isNarrower whether the rule has conditions besides these, so that it may match less than it seems
 */
public record Match(boolean tcp, List<PortRange> sourcePorts, boolean established, boolean isNarrower) {

    static final Match EVERYTHING = new Match(true, List.of(), true, false);

    public Match {
        sourcePorts = List.copyOf(sourcePorts);
    }

    boolean hasPort(int port) {
        return sourcePorts.isEmpty() || sourcePorts.stream().anyMatch(range -> range.contains(port));
    }

    /** Whether it matches every answer that {@code other} matches. False where that cannot be told. */
    boolean covers(Match other) {
        return tcp && established && !isNarrower && coversPortsOf(other);
    }

    private boolean coversPortsOf(Match other) {
        if (sourcePorts.isEmpty()) {
            return true;
        }
        return !other.sourcePorts.isEmpty()
                && other.sourcePorts.stream()
                        .allMatch(inner -> sourcePorts.stream().anyMatch(range -> range.contains(inner)));
    }

    /** The match of a rule in a chain that is reached by a rule with this match. */
    Match and(Match inner) {
        List<PortRange> ports = sourcePorts;
        boolean narrower = isNarrower || inner.isNarrower;
        if (ports.isEmpty()) {
            ports = inner.sourcePorts;
        } else if (!inner.sourcePorts.isEmpty()) {
            ports = common(inner);
            narrower |= ports.isEmpty();
        }
        return new Match(tcp && inner.tcp, ports, established && inner.established, narrower);
    }

    private List<PortRange> common(Match inner) {
        List<PortRange> common = new ArrayList<>();
        for (PortRange a : sourcePorts) {
            for (PortRange b : inner.sourcePorts) {
                int first = Math.max(a.first(), b.first());
                int last = Math.min(a.last(), b.last());
                if (first <= last) {
                    common.add(new PortRange(first, last));
                }
            }
        }
        return common;
    }
}
