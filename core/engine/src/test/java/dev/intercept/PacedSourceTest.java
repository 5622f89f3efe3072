package dev.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TestProvider;
import dev.intercept.kit.TunnelClient;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Statistics;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A packet source that can wait loses nothing when there is no reader, however late and slow that is. */
@Timeout(120)
class PacedSourceTest {

    private static final int PACKETS = 200_000;
    private static final int SESSIONS = 20;

    /** More than wait while a socket takes more. */
    private static final int STALLED_HEADERS = 1_000;

    private static final int PATIENCE_MS = 60_000;

    @Test
    void shouldBringEveryHeaderToAClientThatComesLateAndReadsSlowly() throws Exception {
        try (Intercept intercept = started();
                TunnelClient client = TunnelClient.connect(intercept.address())) {
            for (int i = 0; i < SESSIONS; i++) {
                client.add(TestNetwork.client(1), 10_000 + i, TestNetwork.TARGET, 8080);
            }
            for (int read = 0; read < PACKETS; read++) {
                assertTrue(client.read(PATIENCE_MS).isPresent(), read + " headers came");
            }
            assertEquals(ExitCode.OK, intercept.awaitEnd());
            assertEquals(PACKETS, intercept.statistics().get(Counter.FORWARDED));
            assertEquals(0, intercept.statistics().get(Counter.TUNNEL_OVERFLOW));
        }
    }

    @Test
    void shouldEndWhenTheClientHasGoneAndAddUp() throws Exception {
        Statistics statistics;
        try (Intercept intercept = started()) {
            statistics = intercept.statistics();
            begin(intercept).close();
            assertEquals(ExitCode.OK, intercept.awaitEnd());
        }
        assertAddsUp(statistics);
    }

    @Test
    void shouldAddUpAfterAStopBesideAClientThatDoesNotRead() throws Exception {
        Intercept intercept = started();
        Statistics statistics = intercept.statistics();
        try (TunnelClient client = begin(intercept)) {
            try (intercept) {
                intercept.stop();
                assertEquals(ExitCode.OK, intercept.awaitEnd());
            }
            assertTrue(client.read(PATIENCE_MS).isPresent());
        }
        assertAddsUp(statistics);
    }

    @Test
    void shouldEndThirtySecondsAfterTheClientStalledAndAddUp() throws Exception {
        AtomicLong passedNs = new AtomicLong();
        try (Intercept intercept = started(() -> System.nanoTime() + passedNs.get());
                TunnelClient client = begin(intercept)) {
            Statistics statistics = intercept.statistics();
            Await.until(statistics::line, () -> statistics.waiting().getAsLong() > STALLED_HEADERS);
            Await.until(statistics::line, () -> {
                passedNs.addAndGet(1_000_000_000);
                return statistics.get(Counter.UNSENT_STALLED) > 0;
            });
            assertEquals(ExitCode.OK, intercept.awaitEnd());
            assertAddsUp(statistics);
            assertTrue(client.read(PATIENCE_MS).isPresent());
        }
    }

    private static Intercept started() throws StartException {
        return started(System::nanoTime);
    }

    private static Intercept started(LongSupplier nanoClock) throws StartException {
        InterceptConfig config = InterceptConfig.builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .tunnelBufferBytes(256 * 1024)
                .build();
        return Intercept.start(config, BackendRegistry.of(new Source()), nanoClock);
    }

    /** A client that read one header and no more, so that others wait. */
    private static TunnelClient begin(Intercept intercept) throws Exception {
        TunnelClient client = TunnelClient.connect(intercept.address());
        for (int i = 0; i < SESSIONS; i++) {
            client.add(TestNetwork.client(1), 10_000 + i, TestNetwork.TARGET, 8080);
        }
        assertTrue(client.read(PATIENCE_MS).isPresent());
        Await.until(
                intercept.statistics()::line,
                () -> intercept.statistics().waiting().getAsLong() > 0);
        return client;
    }

    private static void assertAddsUp(Statistics statistics) {
        long taken = sum(statistics, Counter.FORWARDED, Counter.UNPARKED, Counter.FURTHER_HEADERS);
        assertEquals(0, statistics.waiting().getAsLong(), statistics::line);
        assertEquals(
                taken,
                sum(
                        statistics,
                        Counter.MESSAGES_WRITTEN,
                        Counter.UNSENT_CLOSED,
                        Counter.UNSENT_STALLED,
                        Counter.UNSENT_FAILED,
                        Counter.UNSENT_STOPPED),
                statistics::line);
    }

    private static long sum(Statistics statistics, Counter... counters) {
        return Stream.of(counters).mapToLong(statistics::get).sum();
    }

    /** Responses of some sessions, one after the other, as a file has them. */
    private static final class Source implements TestProvider, CaptureBackend {

        private final ByteBuffer packet = ByteBuffer.allocate(100);
        private volatile int handed;

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) {
            int n = Math.min(limit, PACKETS - handed);
            for (int i = 0; i < n; i++) {
                byte[] bytes = new PacketBuilder()
                        .to(TestNetwork.client(1), 10_000 + handed % SESSIONS)
                        .sequence(handed)
                        .build();
                handler.onPacket(packet.clear().put(bytes).flip());
                handed = handed + 1;
            }
            return n == 0 ? END : n;
        }

        @Override
        public Polling polling() {
            return Polling.FROM_FIRST_ROUTE;
        }

        @Override
        public String lane() {
            return "source";
        }

        @Override
        public boolean issuesVerdicts() {
            return false;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, handed, List.of());
        }

        @Override
        public void close() {}

        @Override
        public String name() {
            return "source";
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) {
            return List.of(this);
        }
    }
}
