package dev.intercept.endtoend;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.stats.Counter;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An intercept on the kernel's queue in a namespace of its own, with a tcpcopy and a target, for tests that make faults. */
abstract class RunningFaults {

    static final int TARGET_PORT = 8080;
    static final int WAIT_S = 120;

    /** Ten of intercept's seconds pass in one. */
    static final int SPEED = 10;

    static final String RULE = "iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num ";

    NetworkNamespace network;
    Intercept intercept;
    Diagnosis diagnosis;
    TunnelClient tcpcopy;
    RawSocket target;
    int sequence;

    @BeforeEach
    void start() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        start(InterceptConfig.builder()
                .backendName("nfqueue")
                .tunnelBufferBytes(16384)
                .build());
        target = network.call(RawSocket::new);
    }

    /** On the default port, which is free in a namespace of its own, and with a tcpcopy. */
    final void start(InterceptConfig config) throws Exception {
        long startNs = System.nanoTime();
        intercept = network.call(() -> Intercept.start(config, () -> startNs + (System.nanoTime() - startNs) * SPEED));
        diagnosis = Diagnosis.of(intercept);
        tcpcopy = network.call(() -> TunnelClient.connect(new java.net.InetSocketAddress(
                TestNetwork.TARGET, intercept.address().getPort())));
    }

    @AfterEach
    void stop() throws Exception {
        target.close();
        stopIntercept();
        network.close();
    }

    final void stopIntercept() throws Exception {
        tcpcopy.close();
        intercept.stop();
    }

    final void sh(String command) throws Exception {
        network.exec("sh", "-c", command);
    }

    final Optional<Finding> find(FindingId id) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.id() == id)
                .findFirst();
    }

    final Finding await(FindingId id) throws Exception {
        waitUntil(() -> find(id).isPresent(), () -> id.label() + " does not come");
        return find(id).orElseThrow();
    }

    final void awaitEnd(FindingId id) throws Exception {
        waitUntil(() -> find(id).isEmpty(), () -> id.label() + " does not go");
    }

    final void waitUntil(BooleanSupplier condition, java.util.function.Supplier<String> otherwise) throws Exception {
        Await.until(() -> "it: " + otherwise.get() + "; there are " + diagnosis.findings(), condition::getAsBoolean);
    }

    /** Waits until intercept has it: an answer that overtakes it would be parked. */
    final void addRoute(int client) throws Exception {
        long before = intercept.statistics().get(Counter.ROUTES_ADDED);
        tcpcopy.add(TestNetwork.client(client), 40000, TestNetwork.TARGET, TARGET_PORT);
        waitUntil(() -> intercept.statistics().get(Counter.ROUTES_ADDED) > before, () -> "the route is not taken");
    }

    final void respond(int client, int flags) throws Exception {
        respond(client, TestNetwork.TARGET, TARGET_PORT, flags, ++sequence);
    }

    final void respond(int client, String source, int port, int flags, int sequenceNumber) throws Exception {
        target.send(new PacketBuilder()
                .from(source, port)
                .to(TestNetwork.client(client), 40000)
                .flags(flags)
                .sequence(sequenceNumber)
                .build());
    }
}
