package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.server.Tunnel;
import dev.intercept.session.SessionClock;
import dev.intercept.stats.Counter;
import dev.intercept.stats.PortTally;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tunnels that announced sessions and do so no more, while new connections are answered that nobody announced, from the port that
 * their sessions had. A tunnel that is quiet because its clients are has no such answers.
 */
final class QuietTunnelDetector implements Detector {

    /** So many in the window: a route that comes a little late takes its handshake out of the count again. */
    private static final int MIN_HANDSHAKES = 10;

    /** The handshakes of a tunnel that just fell silent may still wait for their routes. */
    private static final int QUIET_S = 5;

    private final Supplier<Collection<Tunnel>> tunnels;
    private final TopPorts unrouted;
    private final LongSupplier nanoClock;
    private Set<String> raised = new HashSet<>();

    QuietTunnelDetector(Supplier<Collection<Tunnel>> tunnels, List<PortTally> unrouted, LongSupplier nanoClock) {
        this.tunnels = tunnels;
        this.unrouted = new TopPorts(unrouted);
        this.nanoClock = nanoClock;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        long unannounced = now.since(windowStart, Counter.PARKED)
                - now.since(windowStart, Counter.UNPARKED)
                - now.since(windowStart, Counter.UNPARKED_OVERFLOW);
        Set<String> quiet = new HashSet<>();
        if (unannounced >= MIN_HANDSHAKES) {
            int nowS = SessionClock.seconds(nanoClock.getAsLong());
            tunnels.get().stream().filter(tunnel -> isQuiet(tunnel, nowS)).forEach(tunnel -> {
                quiet.add(tunnel.toString());
                board.raise(finding(tunnel, nowS - tunnel.lastAnnouncedS(), unannounced));
            });
        } else {
            unrouted.restart();
        }
        raised.removeAll(quiet);
        raised.forEach(subject -> board.clear(FindingId.TUNNEL_QUIET, subject));
        raised = quiet;
    }

    private boolean isQuiet(Tunnel tunnel, int nowS) {
        return tunnel.announced() > 0
                && nowS - tunnel.lastAnnouncedS() >= QUIET_S
                && (tunnel.targetPort() == 0
                        || unrouted.top(Integer.MAX_VALUE).stream()
                                .anyMatch(entry -> entry.port() == tunnel.targetPort()));
    }

    private static Finding finding(Tunnel tunnel, int quietS, long unannounced) {
        return Finding.warn(
                        FindingId.TUNNEL_QUIET,
                        tunnel + " has announced no session for " + quietS + " s, after " + tunnel.announced() + "; "
                                + unannounced + " new connections in " + WINDOW_S
                                + " s were answered that nobody announced",
                        "restart the tcpcopy at " + tunnel.peer()
                                + " if its log says \"send timeout\", and see what intercept check says of"
                                + " tunnel-acknowledgement")
                .about(tunnel.toString());
    }
}
