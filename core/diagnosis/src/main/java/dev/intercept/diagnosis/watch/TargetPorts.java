package dev.intercept.diagnosis.watch;

import dev.intercept.stats.PortSet;
import dev.intercept.stats.PortTally;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The ports of test servers as far as this intercept knows them: those that routes name, and those that it ever forwarded from. */
public record TargetPorts(PortTally targets, List<PortSet> forwarded) {

    SortedSet<Integer> all() {
        SortedSet<Integer> ports = new TreeSet<>();
        targets.entries().forEach(entry -> ports.add(entry.port()));
        forwarded.forEach(lane -> lane.toBitSet().stream().forEach(ports::add));
        return ports;
    }
}
