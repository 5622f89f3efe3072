package dev.intercept.server;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.RouteTarget;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.tcpcopy.SingleSpread;
import java.util.Arrays;

/**
 * The tunnels of the one tcpcopy that was built with {@code --single}: it sends no ADD, and expects each session's responses
 * on the connection that the session's addresses select.
 *
 * <p>The connections that are accepted within three seconds of the first are a group, in the order of accept. A connection
 * after that begins a new group, which takes over: the client was restarted.
 *
 * <p>Thread rule: any thread asks, the server thread changes.
 */
final class SingleGroup implements UnroutedResponses {

    static final long GROUP_NS = 3_000_000_000L;

    private volatile Tunnel[] tunnels = {};
    private long firstAcceptedNs;

    @Override
    public RouteTarget targetFor(ResponsePacket response) {
        Tunnel[] group = tunnels;
        return group.length == 0
                ? null
                : group[
                        SingleSpread.tunnelOf(
                                response.destinationAddress(),
                                response.destinationPort(),
                                response.sourceAddress(),
                                response.sourcePort(),
                                group.length)];
    }

    void accepted(Tunnel tunnel, long nowNs) {
        if (tunnels.length == 0 || nowNs - firstAcceptedNs > GROUP_NS) {
            firstAcceptedNs = nowNs;
            tunnels = new Tunnel[] {tunnel};
            return;
        }
        Tunnel[] larger = Arrays.copyOf(tunnels, tunnels.length + 1);
        larger[larger.length - 1] = tunnel;
        tunnels = larger;
    }

    void closed(Tunnel tunnel) {
        tunnels = Arrays.stream(tunnels).filter(member -> member != tunnel).toArray(Tunnel[]::new);
    }
}
