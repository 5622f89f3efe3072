package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.ServerLimits;
import dev.intercept.server.Tunnel;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many clients that do not read, and what they may take together. */
class SlowReadersTest {

    private static final int SLOW = 12;
    private static final int TUNNEL_BUFFER_BYTES = 1 << 20;
    private static final int BACKLOG_BYTES = 2 << 20;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int WAIT_MS = 60_000;

    @Test
    void shouldBoundWhatWaitsForAllOfThemAndServeTheOneThatReads() throws IOException {
        ServerLimits limits = new ServerLimits(64, TUNNEL_BUFFER_BYTES, BACKLOG_BYTES, List.of());
        List<TunnelClient> slow = new ArrayList<>();
        try (RunningServer running = new RunningServer(limits, SessionLimits.DEFAULTS, ProtocolOptions.DEFAULTS, 0);
                TunnelClient reader = connect(running, TestNetwork.client(100))) {
            for (int i = 0; i < SLOW; i++) {
                slow.add(connect(running, TestNetwork.client(1 + i)));
            }
            fillAll(running);
            assertTrue(pendingBytes(running) > BACKLOG_BYTES / 2, "they do not read");
            assertTrue(
                    pendingBytes(running) <= BACKLOG_BYTES + SLOW * TunnelMemory.OWN_BYTES, pendingBytes(running) + "");
            for (int sequence = 0; sequence < 1000; sequence++) {
                respond(running, TestNetwork.client(100), sequence);
                assertEquals(sequence, reader.read(WAIT_MS).orElseThrow().getInt(SEQUENCE_OFFSET));
            }

            for (TunnelClient client : slow) {
                client.close();
            }
            running.await("their end", () -> running.server.tunnels().size() == 1);
            assertTrue(pendingBytes(running) == 0);
        }
    }

    @Test
    void shouldSendWholeMessagesOnceASlowClientReads() throws IOException {
        ServerLimits limits = new ServerLimits(64, TUNNEL_BUFFER_BYTES, BACKLOG_BYTES, List.of());
        try (RunningServer running = new RunningServer(limits, SessionLimits.DEFAULTS, ProtocolOptions.DEFAULTS, 0);
                TunnelClient client = connect(running, TestNetwork.client(1))) {
            int sequence = 0;
            while (running.count(Counter.TUNNEL_OVERFLOW) == 0) {
                respond(running, TestNetwork.client(1), sequence++);
            }
            for (int seen = 0; seen < sequence - 1; seen++) {
                ByteBuffer message = client.read(WAIT_MS).orElseThrow();
                assertEquals(seen, message.getInt(SEQUENCE_OFFSET));
            }
            assertTrue(client.read(0).isEmpty(), "what was dropped was dropped whole");
            respond(running, TestNetwork.client(1), -1);
            assertEquals(-1, client.read(WAIT_MS).orElseThrow().getInt(SEQUENCE_OFFSET));
        }
    }

    private static TunnelClient connect(RunningServer running, String address) throws IOException {
        int routes = running.sessions.size();
        TunnelClient client = TunnelClient.connect(running.address());
        client.add(address, PORT, TestNetwork.TARGET, TARGET_PORT);
        running.await("the route", () -> running.sessions.size() == routes + 1);
        return client;
    }

    /** Until each of them was refused something. */
    private static void fillAll(RunningServer running) {
        running.await("their buffers to be full", () -> {
            for (int i = 0; i < 1000; i++) {
                for (int client = 1; client <= SLOW; client++) {
                    respond(running, TestNetwork.client(client), i);
                }
            }
            return running.server.tunnels().stream()
                            .filter(tunnel -> tunnel.overflowed() > 0)
                            .count()
                    == SLOW;
        });
    }

    private static void respond(RunningServer running, String client, int sequence) {
        running.onPacket(new PacketBuilder().to(client, PORT).sequence(sequence).toBuffer());
        running.endOfBatch();
    }

    private static long pendingBytes(RunningServer running) {
        return running.server.tunnels().stream().mapToLong(Tunnel::pendingBytes).sum();
    }
}
