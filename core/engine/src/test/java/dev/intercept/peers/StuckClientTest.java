package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.Peer;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a verdict costs beside a client that never reads: not one system call more than without one. */
class StuckClientTest {

    private static final int PACKETS = 500;
    private static final int WAIT_MS = 60_000;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;

    private final ByteBuffer response =
            new PacketBuilder().to(TestNetwork.client(1), PORT).toBuffer();
    private final ByteBuffer stuckResponse =
            new PacketBuilder().to(TestNetwork.client(2), PORT).toBuffer();

    @Test
    void shouldWriteNothingToAClientThatNeverReads() throws IOException {
        try (RunningServer running = new RunningServer(ProtocolOptions.DEFAULTS);
                TunnelClient reader = TunnelClient.connect(running.address());
                Peer stuck = new Peer(running.address())) {
            reader.add(TestNetwork.client(1), PORT, TestNetwork.TARGET, TARGET_PORT);
            stuck.send(out -> {
                Generation.V1.encodeOpening(out);
                Generation.V1.encodeAdd(
                        out,
                        PacketBuilder.address(TestNetwork.client(2)),
                        PORT,
                        PacketBuilder.address(TestNetwork.TARGET),
                        TARGET_PORT);
            });
            running.await("both routes", () -> running.sessions.size() == 2);
            while (running.count(Counter.TUNNEL_OVERFLOW) == 0) {
                running.onPacket(stuckResponse);
                running.endOfBatch();
            }
            long writes = running.count(Counter.SOCKET_WRITES);
            long refused = running.count(Counter.TUNNEL_OVERFLOW);
            for (int i = 0; i < PACKETS; i++) {
                running.onPacket(stuckResponse);
                running.onPacket(response);
                running.endOfBatch();
            }
            for (int i = 0; i < PACKETS; i++) {
                reader.read(WAIT_MS).orElseThrow();
            }
            assertEquals(PACKETS, running.count(Counter.SOCKET_WRITES) - writes);
            assertEquals(PACKETS, running.count(Counter.TUNNEL_OVERFLOW) - refused);
            assertEquals(2, running.server.tunnels().size());
        }
    }
}
