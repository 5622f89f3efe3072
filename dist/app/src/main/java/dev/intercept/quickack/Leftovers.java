package dev.intercept.quickack;

import dev.intercept.rtnetlink.Ipv4Route;
import dev.intercept.rtnetlink.RoutingRule;
import dev.intercept.rtnetlink.RtnetlinkException;
import dev.intercept.rtnetlink.RtnetlinkSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Rules and routes of an intercept that was killed: their port is ours now, or nobody listens there. */
final class Leftovers {

    private final RtnetlinkSocket socket;
    private final int protocol;

    Leftovers(RtnetlinkSocket socket, int protocol) {
        this.socket = socket;
        this.protocol = protocol;
    }

    /** @param own whose address and port are this intercept's */
    void remove(RoutingRule own) throws RtnetlinkException {
        for (RoutingRule rule : RoutingRule.all(socket, protocol)) {
            boolean isOwn = rule.from().equals(own.from()) && rule.fromPort() == own.fromPort();
            if (isOwn || rule.fromPort() != own.fromPort() && isFree(rule)) {
                rule.remove(socket);
                Ipv4Route.removeAll(socket, rule.table(), protocol);
            }
        }
    }

    /** Whether one could listen there, so that nobody does. */
    private static boolean isFree(RoutingRule rule) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(
                    rule.from()
                            .map(address -> new InetSocketAddress(address, rule.fromPort()))
                            .orElseGet(() -> new InetSocketAddress(rule.fromPort())),
                    1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
