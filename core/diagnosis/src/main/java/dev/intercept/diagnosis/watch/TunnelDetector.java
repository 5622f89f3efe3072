package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.server.Tunnel;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Tunnels whose tcpcopy does not take what it is sent. */
final class TunnelDetector implements Detector {

    private static final long STALLED_NS = 2_000_000_000L;

    private final Supplier<Collection<Tunnel>> tunnels;
    private final LongSupplier nanoClock;
    private Set<String> raised = new HashSet<>();

    TunnelDetector(Supplier<Collection<Tunnel>> tunnels, LongSupplier nanoClock) {
        this.tunnels = tunnels;
        this.nanoClock = nanoClock;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        Set<String> stalled = new HashSet<>();
        for (Tunnel tunnel : tunnels.get()) {
            long stalledNs = tunnel.stalledNs(nanoClock.getAsLong());
            if (stalledNs >= STALLED_NS) {
                stalled.add(tunnel.toString());
                board.raise(finding(tunnel, stalledNs));
            }
        }
        raised.removeAll(stalled);
        raised.forEach(subject -> board.clear(FindingId.TUNNEL_STALLED, subject));
        raised = stalled;
    }

    private static Finding finding(Tunnel tunnel, long stalledNs) {
        return Finding.warn(
                        FindingId.TUNNEL_STALLED,
                        tunnel + " has taken nothing for " + stalledNs / 1_000_000_000L + " s; " + tunnel.pendingBytes()
                                + " bytes wait, " + tunnel.overflowed() + " messages were dropped",
                        "ss -tnp  # at " + tunnel.peer()
                                + ": a full Recv-Q means that tcpcopy is stuck or has too little CPU")
                .about(tunnel.toString());
    }
}
