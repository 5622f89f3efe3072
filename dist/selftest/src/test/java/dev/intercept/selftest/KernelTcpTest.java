package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The forged client against the kernel's own TCP, in a private namespace; headers are taken from the wire. */
class KernelTcpTest {

    private static final int DEADLINE_S = 60;
    private static final int POLL_MS = 20;

    private final ServedRequests served = new ServedRequests();
    private final Random random = new Random(3);

    @Test
    void shouldTalkToARealServer() throws Exception {
        assertEquals(0, replay(ReplayPlan.connections(60, OptionalInt.empty()), 0));
        assertServed(60);
        assertEquals(0, served.again());
    }

    @Test
    void shouldGetEverythingServedThoughPacketsAreLostBothWays() throws Exception {
        long retransmissions = replay(ReplayPlan.connections(20, OptionalInt.of(3000)), 0.1);
        assertServed(20);
        assertTrue(retransmissions > 0, "nothing was lost, so nothing was tested");
    }

    /** The client may see the end of an answer before the server's thread counts it. */
    private void assertServed(int requests) throws InterruptedException {
        assertTrue(served.await(requests, TimeUnit.SECONDS.toMillis(DEADLINE_S)), () -> served.distinct() + " served");
    }

    private long replay(List<List<HttpExchange>> connections, double loss) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            return namespace.call(() -> replayInside(connections, loss));
        }
    }

    private long replayInside(List<List<HttpExchange>> connections, double loss) throws Exception {
        InetSocketAddress target = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
        long retransmissions = 0;
        try (TargetServer server = TargetServer.start(target, served);
                RawSocket socket = new RawSocket();
                PacketSocket wire = new PacketSocket(TestNetwork.WIRE_DEVICE)) {
            AnswerSizes sizes = AnswerSizes.measure(server.address(), 60_000);
            int port = 10_000;
            for (List<HttpExchange> exchanges : connections) {
                ForgedClient client = new ForgedClient(socket, TestNetwork.client(1), port++, target);
                HttpConversation conversation = new HttpConversation(exchanges, sizes);
                TcpClient tcp = new TcpClient(random.nextInt(), lossy(client, loss), conversation);
                conversation.speakOver(tcp);
                play(tcp, conversation, wire, client.port(), loss);
                assertEquals(Optional.empty(), conversation.trouble());
                assertEquals(exchanges.size(), conversation.answered());
                retransmissions += tcp.retransmissions();
            }
        }
        return retransmissions;
    }

    private TcpClient.Output lossy(ForgedClient client, double loss) {
        return (flags, sequence, acknowledgement, payload) -> {
            if (random.nextDouble() >= loss) {
                client.send(flags, sequence, acknowledgement, payload);
            }
        };
    }

    private void play(TcpClient tcp, HttpConversation conversation, PacketSocket wire, int port, double loss)
            throws Exception {
        long deadlineNs = System.nanoTime() + DEADLINE_S * 1_000_000_000L;
        tcp.open(System.nanoTime());
        while (!conversation.hasEnded()) {
            assertTrue(System.nanoTime() < deadlineNs, "not done in time, state " + tcp.state());
            Optional<byte[]> packet = wire.poll(POLL_MS);
            if (packet.isPresent() && random.nextDouble() >= loss) {
                TargetSegment segment = TargetSegment.read(ByteBuffer.wrap(packet.get()));
                if (segment.clientPort() == port) {
                    tcp.onSegment(segment, System.nanoTime());
                }
            }
            if (tcp.timerNs() <= System.nanoTime()) {
                tcp.onTimer(System.nanoTime());
            }
        }
    }
}
