package dev.intercept.diagnosis.watch;

import dev.intercept.InterceptConfig;
import dev.intercept.server.Tunnel;
import dev.intercept.tcpcopy.Generation;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Supplier;

/** Remedies that depend on who is connected and how intercept was started. */
final class Advice {

    /** Those that hand timestamps on as they are. */
    private static final Set<Generation> WITHOUT_TIMESTAMPS = Set.of(Generation.V0_6, Generation.V0_7, Generation.V0_8);

    private static final int MIB = 1 << 20;

    private final InterceptConfig config;
    private final Supplier<Collection<Tunnel>> tunnels;

    Advice(InterceptConfig config, Supplier<Collection<Tunnel>> tunnels) {
        this.config = config;
        this.tunnels = tunnels;
    }

    String onRepeatedSynAck() {
        boolean isOldConnected = tunnels.get().stream()
                .anyMatch(tunnel -> tunnel.format() != null
                        && WITHOUT_TIMESTAMPS.contains(tunnel.format().generation()));
        return isOldConnected
                ? "sysctl -w net.ipv4.tcp_timestamps=0  # on the target: a tcpcopy before 0.9 is connected"
                : "nstat -az TcpExtTSEcrRejected TcpExtIPReversePathFilter  # on the target: which grows? it drops what comes"
                        + " from tcpcopy's host";
    }

    String onMalformed() {
        return "tcpdump -ni any -c 10 -v tcp src port PORT  # PORT: the test server's; are lengths odd? if not, have more of"
                + " each packet copied: --snaplen or --copy-range";
    }

    String onFragments() {
        return "nstat -az IpFragCreates  # on the target: does it grow? then: ip route get CLIENT, whose mtu is too large for"
                + " the path";
    }

    String onParkedLost() {
        return "intercept status -v  # does each tcpcopy add sessions? --max-parked is " + config.maxParked();
    }

    String onTunnelOverflow() {
        String peer = tunnels.get().stream()
                .max(Comparator.comparingLong(Tunnel::overflowed))
                .map(Tunnel::peer)
                .orElse("tcpcopy's host");
        return "intercept --tunnel-buffer=" + Math.max(1, 2L * config.tunnelBufferBytes() / MIB) + "M  # most was for "
                + peer + ": has that tcpcopy enough CPU and network?";
    }
}
