package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.Await;
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

    /** tcpcopy gave its tunnel up: clients go on, and it announces none of them. */
    @Test
    @Tag("tunnel-quiet")
    void shouldNameATcpcopyThatAnnouncesNothingAnyMoreWhileItsClientsGoOn() throws Exception {
        sh(RULE + "0");
        addRoute(1);
        respond(1, SYN | ACK);
        for (int client = 2; client < 40; client++) {
            respond(client, ACK);
        }
        await(FindingId.RESPONSES_WITHOUT_ROUTES);
        TimeUnit.MILLISECONDS.sleep(6000 / SPEED); // A tunnel that is quiet so long, and older sessions: not the fault.
        assertTrue(
                find(FindingId.TUNNEL_QUIET).isEmpty(),
                () -> diagnosis.findings().toString());

        for (int client = 2; client < 40; client++) {
            respond(client, SYN | ACK);
        }
        Finding finding = await(FindingId.TUNNEL_QUIET);
        String peer = tcpcopy.localAddress().toString().substring(1);
        assertTrue(
                finding.fact().startsWith("tunnel 1 from " + peer + " has announced no session for "), finding.fact());
        assertTrue(finding.remedy().startsWith("restart the tcpcopy at " + peer), finding.remedy());
        tcpcopy.close();
        awaitEnd(FindingId.TUNNEL_QUIET);
    }

    /** The sockets between take some megabytes before the tunnel's own buffer fills. */
    private void fill() throws Exception {
        Await.until("a full tunnel", () -> {
            for (int i = 0; i < 1000; i++) {
                respond(1, ACK);
            }
            return intercept.statistics().get(Counter.TUNNEL_OVERFLOW) > 0;
        });
    }
}
