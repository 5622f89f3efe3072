package dev.intercept.selftest;

import dev.intercept.kit.TunnelClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** One copied connection: its forged client, its TCP state, its requests, and the route to the tunnel that it claims. */
final class ReplayConnection {

    private final ForgedClient client;
    private final InetSocketAddress target;
    private final TunnelClient tunnel;
    private final TcpClient tcp;
    private final HttpConversation conversation;
    private final long routeDelayNs;
    private long routeDueNs = TcpClient.NO_TIMER;

    /**
     * @param conversation speaks over this connection from now on
     * @param routeDelayNs how long after its SYN the route is claimed; 0 claims it before
     */
    ReplayConnection(
            ForgedClient client,
            InetSocketAddress target,
            TunnelClient tunnel,
            HttpConversation conversation,
            int initialSequence,
            long routeDelayNs) {
        this.client = client;
        this.target = target;
        this.tunnel = tunnel;
        this.conversation = conversation;
        this.routeDelayNs = routeDelayNs;
        tcp = new TcpClient(initialSequence, client, conversation);
        conversation.speakOver(tcp);
    }

    /** Which connection a header belongs to. */
    static long key(int clientAddress, int clientPort) {
        return (long) clientAddress << 16 | clientPort;
    }

    long key() {
        return key(client.address(), client.port());
    }

    void open(long nowNs) throws IOException {
        if (routeDelayNs == 0) {
            claimRoute();
        } else {
            routeDueNs = nowNs + routeDelayNs;
        }
        tcp.open(nowNs);
    }

    private void claimRoute() throws IOException {
        routeDueNs = TcpClient.NO_TIMER;
        byte[] address = target.getAddress().getAddress();
        int targetAddress = ByteBuffer.wrap(address).getInt();
        tunnel.add(client.address(), client.port(), targetAddress, target.getPort());
    }

    void onSegment(TargetSegment segment, long nowNs) {
        tcp.onSegment(segment, nowNs);
    }

    /** When {@link #onTimer} must be called. */
    long timerNs() {
        return Math.min(routeDueNs, tcp.timerNs());
    }

    void onTimer(long nowNs) throws IOException {
        if (routeDueNs <= nowNs) {
            claimRoute();
        }
        if (tcp.timerNs() <= nowNs) {
            tcp.onTimer(nowNs);
        }
    }

    boolean hasEnded() {
        return conversation.hasEnded();
    }

    boolean hasDelayedRoute() {
        return routeDelayNs > 0;
    }

    int answered() {
        return conversation.answered();
    }

    long retransmissions() {
        return tcp.retransmissions();
    }

    /** What went wrong and with which client; empty when nothing did. */
    Optional<String> trouble() {
        return conversation.trouble().map(what -> "client " + client + ": " + what);
    }
}
