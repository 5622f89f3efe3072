package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.server.AllowList;
import dev.intercept.server.Keepalive;
import dev.intercept.server.Peer;
import dev.intercept.server.ServerLimits;
import dev.intercept.session.SessionLimits;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer whose host is gone says nothing any more, not even that it has ended. */
class KeepaliveTest {

    @Test
    void shouldNoticeThatAPeersHostIsGone() throws Exception {
        ServerLimits limits = new ServerLimits(16, 1 << 20, 1 << 20, new AllowList(List.of()), new Keepalive(1, 1, 2));
        try (NetworkNamespace network = new NetworkNamespace();
                RunningServer running = network.call(
                        () -> new RunningServer(limits, SessionLimits.DEFAULTS, ProtocolOptions.DEFAULTS));
                Peer peer = network.call(() -> new Peer(running.address()))) {
            peer.send(Generation.V1::encodeOpening);
            running.await(
                    "the tunnel", () -> running.server.tunnels().stream().anyMatch(tunnel -> tunnel.format() != null));
            network.exec("iptables", "-A", "OUTPUT", "-o", "lo", "-j", "DROP");
            running.await(
                    "the end of the tunnel", () -> !running.lines("ended: ").isEmpty());
            assertTrue(
                    running.lines("ended: ").get(0).endsWith("connection lost: Connection timed out"),
                    () -> running.lines("ended: ").get(0));
        }
    }
}
