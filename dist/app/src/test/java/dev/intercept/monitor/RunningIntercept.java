package dev.intercept.monitor;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.stats.Counter;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/** An intercept on the kernel's queue in a namespace of its own, with a tcpcopy; ten of its seconds pass in one. */
final class RunningIntercept implements AutoCloseable {

    private static final int SPEED = 10;

    final NetworkNamespace network;
    final Intercept intercept;
    final Diagnosis diagnosis;
    TunnelClient tcpcopy;
    private final RawSocket target;
    private int announced;

    RunningIntercept() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        long startNs = System.nanoTime();
        intercept = network.call(() -> Intercept.start(
                InterceptConfig.builder().port(0).backendName("nfqueue").build(),
                () -> startNs + (System.nanoTime() - startNs) * SPEED));
        diagnosis = Diagnosis.of(intercept);
        tcpcopy = connect();
        target = network.call(RawSocket::new);
    }

    private TunnelClient connect() throws Exception {
        return network.call(() -> TunnelClient.connect(
                new InetSocketAddress(TestNetwork.TARGET, intercept.address().getPort())));
    }

    /** As a tcpcopy that is started anew. */
    void reconnect() throws Exception {
        tcpcopy.close();
        await(() -> intercept.tunnels().isEmpty());
        tcpcopy = connect();
    }

    void addRule() throws Exception {
        network.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
    }

    /** Without a rule, this is what raises findings. */
    void addRoutes(int routes) throws Exception {
        for (int client = 1; client <= routes; client++) {
            tcpcopy.add(TestNetwork.client(client), 40000, TestNetwork.TARGET, 8080);
        }
        await(() -> intercept.statistics().sessions().getAsInt() >= routes);
    }

    /**
     * Waits for so many findings, while tcpcopy goes on announcing: a route without answers is over after 30 s, three of ours,
     * which on a busy machine may pass between two looks at the host.
     */
    void awaitFindings(int findings) throws Exception {
        await(() -> {
            announce();
            return diagnosis.findings().size() >= findings;
        });
    }

    /** One more session that nobody answers. */
    void announce() {
        announced++;
        try {
            tcpcopy.add(TestNetwork.client(100), 10000 + announced, TestNetwork.TARGET, 8080);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void respond(int answers) throws Exception {
        for (int i = 0; i < answers; i++) {
            target.send(new PacketBuilder()
                    .from(TestNetwork.TARGET, 8080)
                    .to(TestNetwork.client(1), 40000)
                    .flags(PacketBuilder.ACK)
                    .sequence(i)
                    .build());
        }
    }

    /** As {@link #respond}, once, where nothing may be thrown. */
    void answer() {
        try {
            respond(1);
        } catch (Exception e) { // As the socket declares it.
            throw new IllegalStateException(e);
        }
    }

    void awaitForwarded(int answers) throws Exception {
        await(() -> intercept.statistics().get(Counter.FORWARDED) >= answers);
    }

    static void await(BooleanSupplier condition) throws Exception {
        Await.until("what the test waits for", condition::getAsBoolean);
    }

    @Override
    public void close() throws java.io.IOException {
        target.close();
        tcpcopy.close();
        intercept.stop();
        network.close();
    }
}
