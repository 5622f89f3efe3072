package dev.intercept.diagnosis.watch;

import dev.intercept.server.Tunnel;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.stats.PortTally;
import dev.intercept.stats.Statistics;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What a watch looks at. Any thread may read all of it.
 *
 * @param unroutedPorts of each lane, see CaptureSigns
 * @param refusingPorts of each lane, see CaptureSigns
 * @param targetPorts of the test servers
 */
public record WatchInputs(
        Statistics statistics,
        List<CaptureBackend> lanes,
        Supplier<Collection<Tunnel>> tunnels,
        List<PortTally> unroutedPorts,
        List<PortTally> refusingPorts,
        TargetPorts targetPorts) {

    /** The target's port that most routes name. */
    public OptionalInt targetPort() {
        return targetPorts.targets().entries().stream()
                .mapToInt(PortTally.Entry::port)
                .findFirst();
    }
}
