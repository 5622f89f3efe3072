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
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Clients that were built with {@code --single} and announce nothing, and who else comes to their server. */
class SingleClientTest {

    private static final int WAIT_MS = 60_000;

    @Test
    void shouldLeaveTheResponsesToTheClientWhenAScannerConnects() throws IOException {
        ProtocolOptions options = single(Optional.empty());
        try (RunningServer running = new RunningServer(options);
                TunnelClient tcpcopy =
                        TunnelClient.connect(running.address(), TunnelFormat.of(Generation.V1, options))) {
            running.await(
                    "the client", () -> running.lines("INFO tunnel 1 from").size() == 1);
            running.pass(4);
            try (Peer scanner = new Peer(running.address())) {
                running.await("the scanner", () -> running.server.tunnels().size() == 2);
                assertGets(running, tcpcopy);
                assertEquals(0, scanner.socket.getInputStream().available());
            }
            running.await("its end", () -> running.server.tunnels().size() == 1);
            assertGets(running, tcpcopy);
            assertEquals(0, running.count(Counter.TUNNEL_OVERFLOW));
        }
    }

    @Test
    void shouldSendToAnOldClientThatNeverSpeaksAndSayWhatItIsTakenFor() throws IOException {
        ProtocolOptions options = single(Optional.of(Generation.V0_6));
        try (RunningServer running = new RunningServer(options);
                TunnelClient tcpcopy =
                        TunnelClient.connect(running.address(), TunnelFormat.of(Generation.V0_6, options))) {
            running.await(
                    "the client", () -> running.lines("INFO tunnel 1 from").size() == 1);
            assertGets(running, tcpcopy);
            assertTrue(running.lines("generation 0.6").get(0).endsWith("one by one, answers spread without ADD"));
        }
    }

    private static void assertGets(RunningServer running, TunnelClient tcpcopy) throws IOException {
        running.onPacket(new PacketBuilder().to(TestNetwork.client(1), 10000).toBuffer());
        running.endOfBatch();
        assertTrue(tcpcopy.read(WAIT_MS).isPresent());
    }

    private static ProtocolOptions single(Optional<Generation> forced) {
        return new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, forced);
    }
}
