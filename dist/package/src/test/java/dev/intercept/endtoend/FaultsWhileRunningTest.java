package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each fault is made for real while intercept runs on the kernel's queue; its finding comes, and goes with the remedy. */
class FaultsWhileRunningTest extends RunningFaults {

    /** In a message: the IPv4 header's destination, and behind its 20 bytes the TCP sequence number. */
    private static final int CLIENT_AT = 16;

    private static final int SEQUENCE_AT = 24;

    @Test
    @Tag("routes-without-responses")
    @Tag("queue-silent")
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
    @Tag("rule-wrong-queue")
    void shouldSayThatTheRuleSendsToAnotherQueue() throws Exception {
        sh(RULE + "3");
        addRoute(1);
        sh(await(FindingId.RULE_WRONG_QUEUE).remedy());
        addRoute(1);
        respond(1, SYN | ACK);
        awaitEnd(FindingId.RULE_WRONG_QUEUE);
    }

    @Test
    @Tag("responses-without-routes")
    void shouldNameTheServiceThatTheRuleTakesByMistake() throws Exception {
        sh("iptables -I OUTPUT -o target0 -p tcp -j NFQUEUE --queue-num 0");
        for (int client = 1; client <= 30; client++) {
            respond(client, TestNetwork.TARGET, 22, ACK, 1);
        }
        Finding finding = await(FindingId.RESPONSES_WITHOUT_ROUTES);
        assertTrue(finding.fact().contains("most often from 198.51.100.1:22"), finding.fact());
        sh(finding.remedy().replace("PORT", "8080"));
        for (int client = 1; client <= 30; client++) {
            respond(client, TestNetwork.TARGET, 22, ACK, 1);
        }
        awaitEnd(FindingId.RESPONSES_WITHOUT_ROUTES);
    }

    @Test
    @Tag("target-refuses")
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
            assertTrue(network.exec("sh", "-c", finding.remedy()).contains("LISTEN"), finding.remedy());
            target.send(syn);
            awaitEnd(FindingId.TARGET_REFUSES);
        }
    }

    /** The target's kernel sends it again after a second, which is ten of intercept's, until the ACK gets there. */
    @Test
    @Tag("syn-ack-repeated")
    void shouldSayThatTheTargetRepeatsItsSynAck() throws Exception {
        sh(RULE + "0");
        try (ServerSocket server = network.call(() -> new ServerSocket(TARGET_PORT))) {
            for (int client = 1; client <= 3; client++) {
                addRoute(client);
                request(client, SYN, 0);
            }
            Finding finding = await(FindingId.SYN_ACK_REPEATED);
            assertEquals("3 SYN/ACKs were sent again by the target in 10 s", finding.fact());
            sh(finding.remedy());
            for (int client = 1; client <= 3; client++) {
                ByteBuffer synAck = tcpcopy.read(WAIT_S * 1000).orElseThrow();
                int at = synAck.position();
                int to = synAck.get(at + CLIENT_AT + 3);
                request(to, ACK, synAck.order(ByteOrder.BIG_ENDIAN).getInt(at + SEQUENCE_AT) + 1);
                assertEquals(TARGET_PORT, server.accept().getLocalPort());
            }
            awaitEnd(FindingId.SYN_ACK_REPEATED);
        }
    }

    /** What tcpcopy sends in a client's name. */
    private void request(int client, int flags, int acknowledgement) throws Exception {
        target.send(new PacketBuilder()
                .from(TestNetwork.client(client), 40000)
                .to(TestNetwork.TARGET, TARGET_PORT)
                .flags(flags)
                .sequence(flags == SYN ? 0 : 1)
                .acknowledgement(acknowledgement)
                .build());
    }

    /** Without a rule answers go to the real client, whose host resets the copied connection, and tcpcopy begins anew. */
    @Test
    @Tag("sessions-restart-at-once")
    void shouldSeeSessionsThatBeginAgainAtOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            addRoute(1);
            respond(1, SYN | ACK);
        }
        Finding finding = await(FindingId.SESSIONS_RESTART_AT_ONCE);
        assertTrue(finding.fact().startsWith("4 sessions were begun again"), finding.fact());
        mendWithoutRestarts(finding);
    }

    @Test
    @Tag("sessions-restart-later")
    void shouldSeeSessionsThatBeginAgainAfterThreeSeconds() throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (find(FindingId.SESSIONS_RESTART_LATER).isEmpty()) {
            assertTrue(System.nanoTime() < endNs, "the finding does not come");
            addRoute(1);
            respond(1, SYN | ACK);
            TimeUnit.MILLISECONDS.sleep(3000 / SPEED); // This pace is the fault.
        }
        mendWithoutRestarts(find(FindingId.SESSIONS_RESTART_LATER).orElseThrow());
    }

    /** With the rule the answer comes back to tcpcopy, which has no reason to begin anew. */
    private void mendWithoutRestarts(Finding finding) throws Exception {
        assertEquals("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0", finding.remedy());
        sh(finding.remedy());
        respond(1, SYN | ACK);
        assertTrue(tcpcopy.read(WAIT_S * 1000).isPresent());
        awaitEnd(finding.id());
    }

    /** That tcpcopy is stuck only a person can mend, once the remedy has shown that it is so. */
    @Test
    @Tag("tunnel-stalled")
    void shouldNameATunnelThatTakesNothing() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        respond(1, SYN | ACK);
        waitUntil(() -> intercept.statistics().get(Counter.FORWARDED) > 0, () -> "no answer");
        fill();
        Finding finding = await(FindingId.TUNNEL_STALLED);
        assertTrue(finding.subject().startsWith("tunnel 1 from "), finding.subject());
        int peerPort = ((java.net.InetSocketAddress) tcpcopy.localAddress()).getPort();
        String connection = network.exec("sh", "-c", finding.remedy())
                .lines()
                .filter(line -> line.matches(".*:" + peerPort + " +[^ ]*:36524 .*"))
                .findFirst()
                .orElseThrow();
        assertTrue(Integer.parseInt(connection.split(" +")[1]) > 0, "Recv-Q of " + connection);
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
}
