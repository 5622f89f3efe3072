package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.Peer;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * What a verdict costs beside a client that never reads: as much as without one. Rounds with and without it take turns, so
 * that what else the machine does weighs on both alike.
 */
class VerdictLatencyTest {

    private static final int WARM_UP_ROUNDS = 20;
    private static final int ROUNDS = 60;
    private static final int PACKETS = 500;
    private static final int MAX_RATIO = 3;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;

    private final ByteBuffer response =
            new PacketBuilder().to(TestNetwork.client(1), PORT).toBuffer();
    private final ByteBuffer stuckResponse =
            new PacketBuilder().to(TestNetwork.client(2), PORT).toBuffer();

    @Test
    void shouldDecideAsFastBesideAClientThatNeverReads() throws IOException {
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
            compare(running, reader);
            assertEquals(2, running.server.tunnels().size());
        }
    }

    private void compare(RunningServer running, TunnelClient reader) throws IOException {
        long[] withoutNs = new long[ROUNDS];
        long[] besideNs = new long[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            long without = round(running, reader, false);
            long beside = round(running, reader, true);
            if (round >= 0) {
                withoutNs[round] = without;
                besideNs[round] = beside;
            }
        }
        long without = median(withoutNs);
        long beside = median(besideNs);
        System.out.printf("verdict with its write: %d ns, beside a client that never reads %d ns%n", without, beside);
        assertTrue(beside <= MAX_RATIO * without, beside + " ns beside it, " + without + " ns without");
    }

    /** @return nanoseconds for one response and the end of its batch; those of the stuck client are in between */
    private long round(RunningServer running, TunnelClient reader, boolean besideStuck) throws IOException {
        long ns = 0;
        for (int i = 0; i < PACKETS; i++) {
            long begunNs = System.nanoTime();
            if (besideStuck) {
                running.onPacket(stuckResponse);
            }
            running.onPacket(response);
            running.endOfBatch();
            ns += System.nanoTime() - begunNs;
        }
        for (int i = 0; i < PACKETS; i++) {
            reader.read(5000).orElseThrow();
        }
        return ns / PACKETS;
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
