package dev.intercept.monitor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.ClientProtocols;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** An intercept on the kernel's queue in a namespace of its own, with a tcpcopy; ten of its seconds pass in one. */
final class RunningIntercept implements AutoCloseable {

    private static final int SPEED = 10;

    /** See {@link #converse}. */
    static final int ANSWERS_OF_A_SESSION = 4;

    final NetworkNamespace network;
    final Intercept intercept;
    final Diagnosis diagnosis;
    TunnelClient tcpcopy;
    private final RawSocket target;
    private int announced;
    private int sent;

    RunningIntercept() throws Exception {
        this(false);
    }

    /** @param payload whether its tcpcopy was built with payload, so that statuses of HTTP are read */
    RunningIntercept(boolean payload) throws Exception {
        network = NetworkNamespace.withTestNetwork();
        long startNs = System.nanoTime();
        intercept = network.call(() -> Intercept.start(
                InterceptConfig.builder()
                        .port(0)
                        .backendName("nfqueue")
                        .protocol(ClientProtocols.all(
                                new ProtocolOptions(Combined.AUTO, payload, false, Optional.empty())))
                        .build(),
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
        await(() -> intercept.tunnels().size() == 1);
    }

    void addRule() throws Exception {
        rule("-I");
    }

    void removeRule() throws Exception {
        rule("-D");
    }

    private void rule(String verb) throws Exception {
        network.exec("iptables", verb, "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
    }

    /** Without a rule, this is what raises findings. */
    void addRoutes(int routes) throws Exception {
        for (int client = 1; client <= routes; client++) {
            tcpcopy.add(TestNetwork.client(client), 40000, TestNetwork.TARGET, 8080);
        }
        sent += routes;
        // All of them: sessions of before may be as many, or have expired.
        await(() -> intercept.statistics().get(Counter.ROUTES_ADDED) >= sent);
    }

    /**
     * Waits for so many findings, while tcpcopy goes on announcing: a route without answers expires after 30 s, three of ours,
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
        sent++;
        try {
            tcpcopy.add(TestNetwork.client(100), 10000 + announced, TestNetwork.TARGET, 8080);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A session with its route: a SYN/ACK, an acknowledgement, an HTTP response so many bytes long, and an end by these flags. */
    void converse(int status, int dataBytes, int end) throws Exception {
        long routes = intercept.statistics().get(Counter.ROUTES_ADDED);
        announce();
        await(() -> intercept.statistics().get(Counter.ROUTES_ADDED) > routes);
        byte[] response = Arrays.copyOf(("HTTP/1.1 " + status + " Well\r\n\r\n").getBytes(US_ASCII), dataBytes);
        answer(PacketBuilder.SYN | PacketBuilder.ACK, 0);
        answer(PacketBuilder.ACK, 1);
        answer(PacketBuilder.ACK, 1, response);
        answer(end, 1 + dataBytes);
    }

    private void answer(int flags, int sequence, byte... data) throws Exception {
        target.send(new PacketBuilder()
                .from(TestNetwork.TARGET, 8080)
                .to(TestNetwork.client(100), 10000 + announced)
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(sequence == 0 ? 1 : 101)
                .payload(data)
                .build());
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

    /** At once, or after they were parked. */
    void awaitForwarded(int answers) throws Exception {
        await(() -> intercept.statistics().get(Counter.FORWARDED)
                        + intercept.statistics().get(Counter.UNPARKED)
                >= answers);
    }

    /** The kernel has its verdicts: they go to it at a batch's end, after the headers were forwarded. */
    void awaitVerdicts() throws Exception {
        await(() -> new StatusText(new StatusReport(intercept, diagnosis, "1.0").json())
                .details()
                .contains(", waiting 0, queue_dropped "));
    }

    /** Whatever became of them. */
    void awaitPackets(int packets) throws Exception {
        await(() -> intercept.statistics().packets() >= packets);
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
