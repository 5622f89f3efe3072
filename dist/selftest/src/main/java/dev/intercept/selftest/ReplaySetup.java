package dev.intercept.selftest;

import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The sockets of one replay and the connections that it will play. */
final class ReplaySetup implements AutoCloseable {

    private static final int CLIENTS = 250;
    private static final int FIRST_PORT = 10_000;
    private static final long SEED = 1;

    /** Now and then the route comes after the SYN/ACK, which must wait for it in intercept. */
    private static final int DELAYED_ROUTE_EVERY = 16;

    private static final int FIRST_DELAYED_ROUTE = 5;
    private static final long ROUTE_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SelftestOptions options;
    private final InetSocketAddress target;
    private final AnswerSizes sizes;
    private final RawSocket socket;
    private final Selector selector;
    private final List<TunnelClient> tunnels = new ArrayList<>();
    private final Random random = new Random(SEED);

    /** Opens the tunnels. */
    ReplaySetup(SelftestOptions options, InetSocketAddress target, AnswerSizes sizes) throws IOException {
        this.options = options;
        this.target = target;
        this.sizes = sizes;
        socket = new RawSocket();
        selector = Selector.open();
        TunnelFormat format = TunnelFormat.of(options.generation(), ProtocolOptions.DEFAULTS);
        for (int i = 0; i < options.tunnels(); i++) {
            TunnelClient tunnel = TunnelClient.connect(InterceptCommandLine.ADDRESS, format);
            tunnel.register(selector);
            tunnels.add(tunnel);
        }
    }

    Replay replay(ReplayMonitor monitor) {
        List<ReplayConnection> connections = new ArrayList<>();
        for (List<HttpExchange> exchanges : ReplayPlan.connections(options.requests(), options.bodyBytes())) {
            connections.add(connection(connections.size(), exchanges));
        }
        return new Replay(connections, options.concurrency(), selector, monitor);
    }

    private ReplayConnection connection(int number, List<HttpExchange> exchanges) {
        String address = TestNetwork.client(1 + number % CLIENTS);
        ForgedClient client = new ForgedClient(socket, address, FIRST_PORT + number / CLIENTS, target);
        boolean isDelayed = number % DELAYED_ROUTE_EVERY == FIRST_DELAYED_ROUTE;
        return new ReplayConnection(
                client,
                target,
                tunnels.get(number % tunnels.size()),
                new HttpConversation(exchanges, sizes),
                random.nextInt(),
                isDelayed ? ROUTE_DELAY_NS : 0);
    }

    /** Closes the tunnels, as tcpcopy is stopped before intercept. */
    @Override
    public void close() throws IOException {
        for (TunnelClient tunnel : tunnels) {
            tunnel.close();
        }
        selector.close();
        socket.close();
    }
}
