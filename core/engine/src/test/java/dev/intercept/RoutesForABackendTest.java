package dev.intercept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TestProvider;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.ClientProtocols;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.RouteListener;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backend that stops only what is replayed learns what that is, and is not opened where it could not. */
@Timeout(120)
class RoutesForABackendTest {

    private static InterceptConfig.Builder config() {
        return InterceptConfig.builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0);
    }

    @Test
    void shouldReportARouteThatAClientAdds() throws Exception {
        Asking backend = new Asking();
        try (Intercept intercept = Intercept.start(config().build(), BackendRegistry.of(backend), System::nanoTime);
                TunnelClient client = TunnelClient.connect(intercept.address())) {
            client.add(TestNetwork.client(1), 10_000, TestNetwork.TARGET, 8080);
            assertEquals(
                    PacketBuilder.address(TestNetwork.client(1)) + ":10000 " + PacketBuilder.address(TestNetwork.TARGET)
                            + ":8080 true",
                    backend.routes.take());
        }
    }

    @Test
    void shouldNotOpenItWithClientsThatAnnounceNothing() {
        ProtocolOptions single = new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, true, Optional.empty());
        assertRefused(
                config().protocol(ClientProtocols.all(single)),
                "backend asking: --single does not go with stopping only the answers of replayed sessions, since such a"
                        + " client announces none: leave it out, or stop all answers");
    }

    @Test
    void shouldNotOpenItWithAddressesThatAreTranslated() {
        assertRefused(
                config().addressTranslation(AddressTranslation.parse(List.of("172.17.0.2-10.0.0.1"))),
                "backend asking: -D does not go with stopping only the answers of replayed sessions, which this backend"
                        + " compares as packets have them: capture where no -D is needed, or stop all answers");
    }

    @Test
    void shouldGoOnWithoutThemWhenTheyAreToBeTranslatedLater() throws Exception {
        InterceptConfig translated = config().addressTranslation(
                        AddressTranslation.parse(List.of("172.17.0.2-10.0.0.1")))
                .build();
        try (Intercept intercept =
                Intercept.start(config().build(), BackendRegistry.of(new Asking()), System::nanoTime)) {
            StartException refused = assertThrows(StartException.class, () -> intercept.adopt(translated));
            assertTrue(refused.getMessage().startsWith("backend asking: -D does not go with"), refused.getMessage());
            assertEquals(AddressTranslation.NONE, intercept.config().addressTranslation());
        }
    }

    /** A client that is answered goes on, and the backend must stop what comes then. */
    @Test
    void shouldHaveTheBackendTakeOtherAddressesBeforeAClientIsAnsweredByThem() throws Exception {
        Asking backend = new Asking(BackendOption.TRANSLATION);
        InterceptConfig translated = config().addressTranslation(
                        AddressTranslation.parse(List.of("172.17.0.2-" + TestNetwork.TARGET)))
                .build();
        try (Intercept intercept = Intercept.start(config().build(), BackendRegistry.of(backend), System::nanoTime);
                TunnelClient client = TunnelClient.connect(intercept.address())) {
            client.add(TestNetwork.client(1), 10_000, TestNetwork.TARGET, 8080);
            backend.routes.take();
            Await.until("the route", () -> intercept.statistics().sessions().getAsInt() == 1);
            intercept.adopt(translated);
            assertEquals("--translate Optional[172.17.0.2-" + TestNetwork.TARGET + "]", backend.adopted.take());
            backend.answers.add(new PacketBuilder().from("172.17.0.2", 8080).to(TestNetwork.client(1), 10_000));
            Await.until("the answer", () -> intercept.statistics().get(Counter.FORWARDED) == 1);
            assertEquals(
                    1, intercept.statistics().get(Counter.NO_ROUTE), "that which came while the backend took them");
        }
    }

    private static void assertRefused(InterceptConfig.Builder config, String message) {
        Asking backend = new Asking();
        StartException refused = assertThrows(
                StartException.class,
                () -> Intercept.start(config.build(), BackendRegistry.of(backend), System::nanoTime));
        assertEquals(ExitCode.USAGE, refused.exitCode());
        assertEquals(message, refused.getMessage());
        assertEquals(0, backend.opened);
    }

    /** Asks for routes, has no packets. */
    private static final class Asking implements TestProvider, CaptureBackend {

        private final BlockingQueue<String> routes = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> adopted = new LinkedBlockingQueue<>();
        private final BlockingQueue<PacketBuilder> answers = new LinkedBlockingQueue<>();
        private final List<BackendOption> options;
        private volatile boolean isHanding;
        private int opened;

        Asking(BackendOption... options) {
            this.options = List.of(options);
        }

        @Override
        public Set<String> liveOptions() {
            return options.stream().map(BackendOption::name).collect(Collectors.toSet());
        }

        /** An answer comes meanwhile, and was looked at when this returns. */
        @Override
        public void adopt(BackendOptions changed) {
            answers.add(new PacketBuilder().from("172.17.0.2", 8080).to(TestNetwork.client(1), 10_000));
            while (!answers.isEmpty() || isHanding) {
                Thread.onSpinWait();
            }
            String name = BackendOption.TRANSLATION.name();
            adopted.add(name + " " + changed.text(name));
        }

        @Override
        public boolean wantsRoutes(BackendOptions options) {
            return true;
        }

        @Override
        public Optional<RouteListener> routeListener() {
            return Optional.of((client, clientPort, target, targetPort, isThere) ->
                    routes.add(client + ":" + clientPort + " " + target + ":" + targetPort + " " + isThere));
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) {
            opened++;
            return List.of(this);
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) {
            isHanding = true;
            PacketBuilder answer = answers.poll();
            if (answer != null) {
                handler.onPacket(answer.toBuffer());
            }
            isHanding = false;
            return answer == null ? 0 : 1;
        }

        @Override
        public String lane() {
            return "asking:0";
        }

        @Override
        public boolean issuesVerdicts() {
            return false;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, 0, List.of());
        }

        @Override
        public void close() {
            // Nothing is open.
        }

        @Override
        public String name() {
            return "asking";
        }

        @Override
        public List<BackendOption> options() {
            return options;
        }
    }
}
