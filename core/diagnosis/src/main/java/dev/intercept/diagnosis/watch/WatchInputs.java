package dev.intercept.diagnosis.watch;

import dev.intercept.InterceptConfig;
import dev.intercept.answers.TargetPicture;
import dev.intercept.diagnosis.ListenQueues;
import dev.intercept.server.Takeovers;
import dev.intercept.server.Tunnel;
import dev.intercept.session.ParkedHeader;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.stats.PortTally;
import dev.intercept.stats.Statistics;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * What a watch looks at. Any thread may read all of it.
 *
 * @param config as it was started
 * @param address at which it listens, with the port that it took
 * @param isTcpcopyConnected whether a tunnel is open whose peer was recognised
 * @param unroutedPorts of each lane, see CaptureSigns
 * @param refusingPorts of each lane, see CaptureSigns
 * @param targetPorts of the test servers
 * @param parked the latest headers that wait for their route
 * @param targetOfClient see RouteSigns
 * @param longestExpiredIdleS see Intercept
 * @param sessionsLimit see SessionLimits
 * @param takeovers see RouteSigns
 * @param target what was seen of the test server up to now
 * @param listening the queues of this host's listening ports
 */
public record WatchInputs(
        InterceptConfig config,
        InetSocketAddress address,
        Statistics statistics,
        List<CaptureBackend> lanes,
        BooleanSupplier isTcpcopyConnected,
        Supplier<Collection<Tunnel>> tunnels,
        List<PortTally> unroutedPorts,
        List<PortTally> refusingPorts,
        TargetPorts targetPorts,
        Supplier<List<ParkedHeader>> parked,
        LongUnaryOperator targetOfClient,
        IntSupplier longestExpiredIdleS,
        int sessionsLimit,
        Takeovers takeovers,
        Supplier<TargetPicture> target,
        ListenQueues listening) {}
