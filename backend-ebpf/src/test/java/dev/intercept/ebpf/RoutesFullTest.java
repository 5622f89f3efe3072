package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.spi.KernelStats;
import dev.intercept.stats.Counter;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An intercept that keeps more sessions than the kernel takes routes, here six, and what its loss advises. */
class RoutesFullTest {

    private static final int MOST = 6;
    private static final int PORT = 10_000;
    private static final int PATIENCE_MS = 120_000;
    private static final byte[] OTHER =
            new PacketBuilder().to(TestNetwork.client(2), PORT).build();

    /** Each in a network of its own: who takes a filter over stops all for 30 s. */
    @Test
    void shouldStopOthersUntilThereAreNoMoreSessionsThanTheKernelHasRoomFor() throws Exception {
        KernelStats.Loss loss = run(MOST + 1, MOST + 1);
        assertTrue(loss.packets() > 0);
        assertEquals("intercept --backend=ebpf --max-sessions=4  # or fewer", loss.remedy());
        int advised = Integer.parseInt(loss.remedy().replaceAll(".*--max-sessions=(\\d+) .*", "$1"));
        assertEquals(0, run(advised, MOST).packets());
    }

    private static KernelStats.Loss run(int maxSessions, int sessions) throws Exception {
        InterceptConfig config = InterceptConfig.builder()
                .backendName("ebpf")
                .backendOptions(Map.of(EbpfSettings.PORTS, "8080", EbpfSettings.STOP, "replayed"))
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .maxSessions(maxSessions)
                .build();
        BackendRegistry registry = BackendRegistry.of(new EbpfProvider(MOST));
        try (FilteredNetwork network = new FilteredNetwork();
                Intercept intercept =
                        network.namespace().call(() -> Intercept.start(config, registry, System::nanoTime));
                TunnelClient tcpcopy = network.namespace().call(() -> TunnelClient.connect(intercept.address()))) {
            for (int port = PORT; port < PORT + sessions; port++) {
                tcpcopy.add(TestNetwork.client(1), port, TestNetwork.TARGET, 8080);
            }
            Await.until("the routes", () -> intercept.statistics().get(Counter.ROUTES_ADDED) == sessions);
            network.inject(new PacketBuilder()
                    .to(TestNetwork.client(1), PORT + sessions - 1)
                    .build());
            network.inject(OTHER);
            if (sessions <= MOST) {
                assertArrayEquals(OTHER, network.escaped(PATIENCE_MS).orElseThrow());
            }
            Await.until("the replayed answer", () -> intercept.statistics().get(Counter.FORWARDED) == 1);
            return loss(intercept);
        }
    }

    private static KernelStats.Loss loss(Intercept intercept) {
        return intercept.statistics().lanes().get(0).kernelStats().losses().stream()
                .filter(each -> each.name().equals(EbpfLane.ROUTES_FULL))
                .findFirst()
                .orElseThrow();
    }
}
