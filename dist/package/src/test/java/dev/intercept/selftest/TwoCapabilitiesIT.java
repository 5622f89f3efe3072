package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.tcpcopy.Generation;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The built program with a program in the kernel, run by an ordinary user who has CAP_BPF and CAP_NET_ADMIN and nothing else. */
class TwoCapabilitiesIT {

    private static final int REQUESTS = 2000;
    private static final int CONCURRENCY = 50;
    private static final int DEADLINE_S = 90;
    private static final int NOTHING_MS = 100;
    private static final String CAPABILITIES = "+bpf,+net_admin";

    private static final List<String> COMMAND = List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=" + CAPABILITIES,
            "--ambient-caps=" + CAPABILITIES,
            "--bounding-set=-all," + CAPABILITIES,
            "--no-new-privs",
            SelftestRun.INSTALLATION.resolve("bin/intercept").toString(),
            "--backend=ebpf",
            "--target-ports=8080");

    private final ServedRequests served = new ServedRequests();

    @Test
    void shouldServeEveryRequest() throws Exception {
        try (NetworkNamespace network = NetworkNamespace.withTestNetwork()) {
            network.run(this::replay);
        }
    }

    private void replay() throws Exception {
        InetSocketAddress target = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
        SelftestOptions options = new SelftestOptions(
                Optional.of("ebpf"),
                REQUESTS,
                CONCURRENCY,
                2,
                Generation.V1,
                OptionalInt.empty(),
                DEADLINE_S,
                List.of());
        try (TargetServer server = TargetServer.start(target, served)) {
            AnswerSizes sizes = AnswerSizes.measure(server.address(), 60_000);
            try (SelftestRun intercept = SelftestRun.of(COMMAND);
                    PacketSocket wire = new PacketSocket(TestNetwork.WIRE_DEVICE)) {
                intercept.awaitLine("capturing with ebpf");
                try (ReplaySetup setup = new ReplaySetup(options, target, sizes)) {
                    ReplayResult result =
                            setup.replay(new Patience()).run(System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S));
                    assertEquals(List.of(), result.troubles());
                    assertEquals(REQUESTS, result.answered());
                    assertTrue(
                            served.await(REQUESTS, TimeUnit.SECONDS.toMillis(DEADLINE_S)),
                            () -> served.distinct() + " served");
                }
                assertEquals(Optional.empty(), wire.poll(NOTHING_MS));
            }
        }
    }
}
