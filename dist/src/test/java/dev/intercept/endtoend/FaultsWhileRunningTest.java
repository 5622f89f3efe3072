package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.RST;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.stats.Counter;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault is made for real while intercept runs on the kernel's queue; its finding comes, and goes with the remedy. */
class FaultsWhileRunningTest {

    private static final int TARGET_PORT = 8080;
    private static final int WAIT_S = 20;
    private static final int POLL_MS = 50;

    /** Ten of intercept's seconds pass in one. */
    private static final int SPEED = 10;

    private static final String RULE = "iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num ";

    private NetworkNamespace network;
    private Intercept intercept;
    private TunnelClient tcpcopy;
    private RawSocket target;
    private int sequence;

    @BeforeEach
    void start() throws Exception {
        network = NetworkNamespace.withTestNetwork();
        long startNs = System.nanoTime();
        intercept = network.call(() -> Intercept.start(
                InterceptConfig.builder()
                        .port(0)
                        .backendName("nfqueue")
                        .tunnelBufferBytes(16384)
                        .build(),
                () -> startNs + (System.nanoTime() - startNs) * SPEED));
        tcpcopy = network.call(() -> TunnelClient.connect(new java.net.InetSocketAddress(
                TestNetwork.TARGET, intercept.address().getPort())));
        target = network.call(RawSocket::new);
    }

    @AfterEach
    void stop() throws Exception {
        target.close();
        tcpcopy.close();
        intercept.stop();
        network.close();
    }

    private void sh(String command) throws Exception {
        network.exec("sh", "-c", command);
    }

    private Optional<Finding> find(FindingId id) {
        return intercept.findings().stream()
                .filter(finding -> finding.id() == id)
                .findFirst();
    }

    private Finding await(FindingId id) throws Exception {
        waitUntil(() -> find(id).isPresent(), () -> id.label() + " does not come");
        return find(id).orElseThrow();
    }

    private void awaitEnd(FindingId id) throws Exception {
        waitUntil(() -> find(id).isEmpty(), () -> id.label() + " does not go");
    }

    private void waitUntil(BooleanSupplier condition, java.util.function.Supplier<String> otherwise) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < endNs, () -> otherwise.get() + "; there are " + intercept.findings());
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /** Waits until intercept has it: an answer that overtakes it would be parked. */
    private void addRoute(int client) throws Exception {
        long before = intercept.statistics().get(Counter.ROUTES_ADDED);
        tcpcopy.add(TestNetwork.client(client), 40000, TestNetwork.TARGET, TARGET_PORT);
        waitUntil(() -> intercept.statistics().get(Counter.ROUTES_ADDED) > before, () -> "the route is not taken");
    }

    private void respond(int client, int flags) throws Exception {
        respond(client, TestNetwork.TARGET, TARGET_PORT, flags, ++sequence);
    }

    private void respond(int client, String source, int port, int flags, int sequenceNumber) throws Exception {
        target.send(new PacketBuilder()
                .from(source, port)
                .to(TestNetwork.client(client), 40000)
                .flags(flags)
                .sequence(sequenceNumber)
                .build());
    }

    @Test
    void shouldSayThatNoRuleFeedsTheQueueUntilOneDoes() throws Exception {
        addRoute(1);
        assertTrue(await(FindingId.ROUTES_WITHOUT_RESPONSES).fact().startsWith("1 routes in "));
        assertEquals(
                "no packet has come from nfqueue:0 since the start",
                await(FindingId.QUEUE_SILENT).fact());
        Finding missing = await(FindingId.RULE_MISSING);
        assertEquals("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0", missing.remedy());
        assertEquals(missing.remedy(), await(FindingId.QUEUE_SILENT).remedy());
        sh(missing.remedy());
        addRoute(1);
        respond(1, SYN | ACK);
        awaitEnd(FindingId.ROUTES_WITHOUT_RESPONSES);
        awaitEnd(FindingId.QUEUE_SILENT);
        awaitEnd(FindingId.RULE_MISSING);
    }

    @Test
    void shouldSayThatTheRuleSendsToAnotherQueue() throws Exception {
        sh(RULE + "3");
        addRoute(1);
        sh(await(FindingId.RULE_WRONG_QUEUE).remedy());
        addRoute(1);
        respond(1, SYN | ACK);
        awaitEnd(FindingId.RULE_WRONG_QUEUE);
    }

    @Test
    void shouldNameTheServiceThatTheRuleTakesByMistake() throws Exception {
        sh("iptables -I OUTPUT -o target0 -p tcp -j NFQUEUE --queue-num 0");
        for (int client = 1; client <= 30; client++) {
            respond(client, TestNetwork.TARGET, 22, ACK, 1);
        }
        Finding finding = await(FindingId.RESPONSES_WITHOUT_ROUTES);
        assertTrue(finding.fact().contains("most often from 198.51.100.1:22"), finding.fact());
        sh(finding.remedy());
        for (int client = 1; client <= 30; client++) {
            respond(client, TestNetwork.TARGET, 22, ACK, 1);
        }
        awaitEnd(FindingId.RESPONSES_WITHOUT_ROUTES);
    }

    @Test
    void shouldGiveTheTranslationOfATargetInAContainer() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        for (int i = 0; i < 30; i++) {
            respond(1, "172.17.0.2", TARGET_PORT, ACK, i);
        }
        Finding finding = await(FindingId.RESPONSES_WITHOUT_ROUTES);
        assertTrue(finding.remedy().startsWith("intercept -D 172.17.0.2-198.51.100.1 "), finding.remedy());
    }

    @Test
    void shouldSayThatTheTargetRepeatsItsSynAck() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        for (int i = 0; i < 4; i++) {
            respond(1, TestNetwork.TARGET, TARGET_PORT, SYN | ACK, 77);
        }
        assertEquals(
                "3 SYN/ACKs were sent again by the target in 10 s",
                await(FindingId.SYN_ACK_REPEATED).fact());
        awaitEnd(FindingId.SYN_ACK_REPEATED);
    }

    @Test
    void shouldSayThatNothingListensOnTheTargetsPort() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        byte[] syn = new PacketBuilder()
                .from(TestNetwork.client(1), 40000)
                .to(TestNetwork.TARGET, TARGET_PORT)
                .flags(SYN)
                .build();
        target.send(syn);
        Finding finding = await(FindingId.TARGET_REFUSES);
        assertTrue(finding.fact().endsWith("most on 198.51.100.1:8080"), finding.fact());
        try (ServerSocket server = network.call(() -> new ServerSocket(TARGET_PORT))) {
            assertEquals(TARGET_PORT, server.getLocalPort());
            target.send(syn);
            awaitEnd(FindingId.TARGET_REFUSES);
        }
    }

    @Test
    void shouldSeeSessionsThatBeginAgainAtOnce() throws Exception {
        sh(RULE + "0");
        for (int i = 0; i < 5; i++) {
            addRoute(1);
            respond(1, RST);
        }
        assertTrue(await(FindingId.SESSIONS_RESTART_AT_ONCE).fact().startsWith("4 sessions were begun again"));
        awaitEnd(FindingId.SESSIONS_RESTART_AT_ONCE);
    }

    @Test
    void shouldSeeSessionsThatBeginAgainAfterThreeSeconds() throws Exception {
        sh(RULE + "0");
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (find(FindingId.SESSIONS_RESTART_LATER).isEmpty()) {
            assertTrue(System.nanoTime() < endNs, "the finding does not come");
            addRoute(1);
            TimeUnit.MILLISECONDS.sleep(3000 / SPEED);
        }
        awaitEnd(FindingId.SESSIONS_RESTART_LATER);
    }

    @Test
    void shouldNameATunnelThatTakesNothing() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        respond(1, SYN | ACK);
        waitUntil(() -> intercept.statistics().get(Counter.FORWARDED) > 0, () -> "no answer");
        fill();
        Finding finding = await(FindingId.TUNNEL_STALLED);
        assertTrue(finding.subject().startsWith("tunnel 1 from "), finding.subject());
        while (tcpcopy.read(200).isPresent()) {
            // tcpcopy goes on: whatever waited comes.
        }
        awaitEnd(FindingId.TUNNEL_STALLED);
    }

    /** The sockets between take some megabytes before the tunnel's own buffer fills. */
    private void fill() throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (intercept.statistics().get(Counter.TUNNEL_OVERFLOW) == 0) {
            assertTrue(System.nanoTime() < endNs, "the tunnel never fills");
            for (int i = 0; i < 1000; i++) {
                respond(1, ACK);
            }
        }
    }

    @Test
    void shouldSayWhenTheKernelDrops() throws Exception {
        sh(RULE + "0");
        intercept.stop();
        intercept = network.call(() -> Intercept.start(InterceptConfig.builder()
                .port(0)
                .backendName("nfqueue")
                .backendOptions(Map.of("--queue-maxlen", "1"))
                .build()));
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (find(FindingId.KERNEL_LOSS).isEmpty()) {
            assertTrue(System.nanoTime() < endNs, "the kernel never drops");
            for (int i = 0; i < 1000; i++) {
                respond(1, ACK);
            }
        }
        assertTrue(find(FindingId.KERNEL_LOSS).orElseThrow().fact().contains("queue_dropped"));
        assertTrue(find(FindingId.KERNEL_LOSS).orElseThrow().remedy().contains("--queue-maxlen"));
    }

    @Test
    void shouldNameTheOwnerOfAQueueBeforeASecondInterceptIsRefused() throws Exception {
        CheckScope scope = new CheckScope(
                InterceptConfig.builder().backendName("nfqueue").build(),
                BackendRegistry.load(List.of()),
                Optional.empty(),
                OptionalInt.empty());
        Finding owner = queueOwner(scope);
        long self = ProcessHandle.current().pid();
        assertEquals("queue 0 belongs to process " + self + " (java)", owner.fact());
        assertTrue(owner.remedy().startsWith("kill " + self + "  # or a queue of your own"), owner.remedy());
        intercept.stop();
        assertEquals(Severity.OK, queueOwner(scope).severity());
    }

    private Finding queueOwner(CheckScope scope) throws Exception {
        return network.call(() -> HostCheck.look(new LocalHost(), scope)).stream()
                .filter(finding -> finding.id() == FindingId.QUEUE_OWNER)
                .findFirst()
                .orElseThrow();
    }
}
