package dev.intercept.diagnosis.watch;

import dev.intercept.InterceptConfig;
import dev.intercept.stats.PortSet;
import dev.intercept.stats.PortTally;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The ports of test servers as far as this intercept knows them: those that routes name, those that it ever forwarded from, and
 * those that its options name.
 *
 * @param config as it is now
 */
public record TargetPorts(PortTally targets, List<PortSet> forwarded, Supplier<InterceptConfig> config) {

    /** Of backends that stop answers by themselves. */
    private static final String OPTION = "--target-ports";

    SortedSet<Integer> all() {
        SortedSet<Integer> ports = new TreeSet<>();
        targets.entries().forEach(entry -> ports.add(entry.port()));
        forwarded.forEach(lane -> lane.toBitSet().stream().forEach(ports::add));
        named().forEach(ports::add);
        return ports;
    }

    private Stream<Integer> named() {
        String text = config.get().backendOptions().getOrDefault(OPTION, "");
        return Stream.of(text.split(","))
                .filter(port -> port.matches("\\d{1,5}"))
                .map(Integer::valueOf);
    }
}
