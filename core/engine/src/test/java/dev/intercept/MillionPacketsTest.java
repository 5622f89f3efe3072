package dev.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TunnelClient;
import dev.intercept.stats.Counter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A million packets through a whole intercept, from the capture thread's poll to tcpcopy's socket. */
class MillionPacketsTest {

    private static final int PACKETS = 1_000_000;
    private static final int SESSIONS = 1000;
    private static final int MAX_UNREAD = 20_000;
    private static final int PATIENCE_MS = 60_000;

    /** Late compilation, and what happens once per thousands of packets; an object per packet would take 14 MB. */
    private static final long MAX_BYTES = 64 * 1024;

    private final PacedBackend backend = new PacedBackend(packets(), PACKETS, MAX_UNREAD);

    private static ByteBuffer[] packets() {
        ByteBuffer[] packets = new ByteBuffer[SESSIONS];
        for (int i = 0; i < SESSIONS; i++) {
            packets[i] = ByteBuffer.wrap(new PacketBuilder()
                    .from("198.51.100.1", 8080)
                    .to("192.0.2.1", 10_000 + i)
                    .flags(PacketBuilder.ACK)
                    .totalLength(1500)
                    .build());
        }
        return packets;
    }

    private static void addRoutes(TunnelClient tunnel, Intercept intercept) throws Exception {
        for (int i = 0; i < SESSIONS; i++) {
            tunnel.add("192.0.2.1", 10_000 + i, "198.51.100.1", 8080);
        }
        Await.until("the routes", () -> intercept.statistics().get(Counter.ROUTES_ADDED) == SESSIONS);
    }

    @Test
    void shouldReachTheSocketWithoutAnAllocationPerPacket() throws Exception {
        InterceptConfig config = InterceptConfig.builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .build();
        try (Intercept intercept = Intercept.start(config, BackendRegistry.of(backend), System::nanoTime);
                TunnelClient tunnel = TunnelClient.connect(intercept.address())) {
            addRoutes(tunnel, intercept);
            backend.begin();
            for (int read = 1; read <= PACKETS; read++) {
                assertTrue(tunnel.read(PATIENCE_MS).isPresent(), read + " headers have not come");
                backend.haveBeenRead(read);
            }
            assertEquals(ExitCode.OK, intercept.awaitEnd());
            assertEquals(PACKETS, intercept.statistics().get(Counter.FORWARDED));
        }
        assertTrue(
                backend.allocatedBytes() < MAX_BYTES,
                () -> backend.allocatedBytes() + " bytes for nine tenths of " + PACKETS + " packets");
    }
}
