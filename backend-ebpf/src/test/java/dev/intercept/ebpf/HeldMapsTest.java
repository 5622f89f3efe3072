package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.RouteListener;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Maps that stay open from one program to the next, while filters write into them. */
class HeldMapsTest {

    private static final int PATIENCE_MS = 120_000;
    private static final int NOTHING_MS = 50;
    private static final int SEQUENCE_OFFSET = 24;
    private static final EbpfProvider PROVIDER = new EbpfProvider();

    interface Libc extends Library {
        int dup(int fd) throws LastErrorException;
    }

    private static final Libc LIBC = Native.load("c", Libc.class);

    private FilteredNetwork network;

    @BeforeEach
    void layOut() throws Exception {
        network = new FilteredNetwork();
    }

    @AfterEach
    void close() {
        network.close();
    }

    private List<CaptureBackend> open(Map<String, String> options, List<HeldSource> held) throws Exception {
        Map<String, String> given = new HashMap<>(Map.of(EbpfSettings.PORTS, "8080"));
        given.putAll(options);
        return network.namespace().call(() -> PROVIDER.open(new BackendOptions(PROVIDER.options(), given), held));
    }

    /** As execve(2) leaves them: the rest of the process is gone. */
    private static List<HeldSource> left(List<CaptureBackend> lanes) {
        List<HeldSource> held = new ArrayList<>();
        for (CaptureBackend lane : lanes) {
            lane.held()
                    .ifPresent(source -> held.add(new HeldSource(
                            source.settings(),
                            source.descriptors().stream().map(LIBC::dup).toList(),
                            source.state())));
        }
        lanes.forEach(CaptureBackend::close);
        return held;
    }

    private void inject(int first, int packets) throws Exception {
        for (int i = first; i < first + packets; i++) {
            network.inject(new PacketBuilder().sequence(i).build());
        }
    }

    private static List<Integer> sequences(CaptureBackend backend, int count) throws Exception {
        return Polls.packets(backend, count).stream()
                .map(packet -> ByteBuffer.wrap(packet).getInt(SEQUENCE_OFFSET))
                .toList();
    }

    @Test
    void shouldHandOverWhatCameMeanwhileAndGoOnCounting() throws Exception {
        List<CaptureBackend> first = open(Map.of(), List.of());
        inject(0, 3);
        assertEquals(List.of(0, 1, 2), sequences(first.get(0), 3));
        List<HeldSource> held = left(first);
        inject(3, 3);
        try (CaptureBackend next = open(Map.of("--passlist", "10.9.9.9"), held).get(0)) {
            inject(6, 3);
            assertEquals(List.of(3, 4, 5, 6, 7, 8), sequences(next, 6));
            assertEquals(9, next.kernelStats().received());
            assertEquals(0, next.kernelStats().lost());
            assertTrue(network.escaped(NOTHING_MS).isEmpty());
        }
    }

    @Test
    void shouldCountWhatFoundTheRingFullMeanwhile() throws Exception {
        Map<String, String> small = Map.of(EbpfSettings.RING, "65536");
        List<CaptureBackend> first = open(small, List.of());
        inject(0, 1);
        sequences(first.get(0), 1);
        List<HeldSource> held = left(first);
        inject(1, 1000);
        try (CaptureBackend next = open(small, held).get(0)) {
            while (next.poll(packet -> Verdict.DROP, 64, 0) > 0) {
                // Until nothing waits.
            }
            assertTrue(next.kernelStats().lost() > 0);
            assertEquals(
                    1001, next.kernelStats().received() + next.kernelStats().lost());
        }
    }

    @Test
    void shouldKnowTheRoutesOfBefore() throws Exception {
        byte[] other = new PacketBuilder().to(TestNetwork.client(2), 10_000).build();
        Map<String, String> replayed = Map.of(EbpfSettings.STOP, "replayed");
        List<CaptureBackend> first = open(replayed, List.of());
        RouteListener routes = first.get(0).routeListener().orElseThrow();
        int client = PacketBuilder.address(TestNetwork.client(1));
        int target = PacketBuilder.address(TestNetwork.TARGET);
        routes.onRoute(client, 10_000, target, 8080, true);
        first.get(0).poll(packet -> Verdict.DROP, 1, 0);
        List<HeldSource> held = left(first);
        inject(0, 2);
        try (CaptureBackend next = open(replayed, held).get(0)) {
            network.inject(other);
            assertArrayEquals(other, network.escaped(PATIENCE_MS).orElseThrow(), "nobody replays it");
            inject(2, 2);
            assertEquals(List.of(0, 1, 2, 3), sequences(next, 4));
            assertTrue(network.escaped(NOTHING_MS).isEmpty());
            next.routeListener().orElseThrow().onRoute(client, 10_000, target, 8080, false);
            inject(4, 1);
            assertTrue(network.escaped(PATIENCE_MS).isPresent(), "it has ended");
        }
    }

    @Test
    void shouldGoOnWithEachLane() throws Exception {
        Map<String, String> lanes = Map.of(EbpfSettings.LANES, "3");
        List<HeldSource> held = left(polled(open(lanes, List.of())));
        for (int client = 1; client <= 30; client++) {
            network.inject(
                    new PacketBuilder().to(TestNetwork.client(client), 10_000).build());
        }
        List<CaptureBackend> next = polled(open(lanes, held));
        assertEquals(
                30,
                next.stream().mapToLong(lane -> lane.kernelStats().received()).sum());
        next.forEach(CaptureBackend::close);
    }

    private static List<CaptureBackend> polled(List<CaptureBackend> lanes) throws Exception {
        for (CaptureBackend lane : lanes) {
            lane.poll(packet -> Verdict.DROP, 64, 0);
        }
        return lanes;
    }

    @Test
    void shouldBeginAnewWithAnotherRing() throws Exception {
        List<HeldSource> held = left(polled(open(Map.of(), List.of())));
        inject(0, 3);
        try (CaptureBackend next =
                open(Map.of(EbpfSettings.RING, "131072"), held).get(0)) {
            inject(3, 1);
            assertEquals(List.of(3), sequences(next, 1));
        }
        held.forEach(source -> assertTrue(!source.isTaken()));
    }
}
