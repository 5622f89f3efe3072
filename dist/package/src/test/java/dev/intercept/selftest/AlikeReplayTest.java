package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client of 0.8.0 and one of 0.9.0 on a server without options, which does not know which of them it has: each carries whole
 * connections through, from SYN to FIN, by the messages that both understand.
 */
class AlikeReplayTest {

    private static final int REQUESTS = 60;
    private static final int TUNNELS = 3;

    private final ServedRequests served = new ServedRequests();

    @ParameterizedTest
    @ValueSource(strings = {"0.8", "0.9"})
    void shouldCarryWholeConnectionsThroughWithoutAnOption(String generation) throws Exception {
        try (NetworkNamespace network = NetworkNamespace.withTestNetwork()) {
            network.run(() -> replayInside(network, Generation.named(generation).orElseThrow()));
        }
    }

    private void replayInside(NetworkNamespace network, Generation generation) throws Exception {
        InetSocketAddress address = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
        SelftestOptions options = new SelftestOptions(
                Optional.empty(), REQUESTS, 4, TUNNELS, generation, OptionalInt.empty(), 0, List.of());
        long noonNs = TimeUnit.HOURS.toNanos(12); // Time stands still, so that the three connections are at once.
        try (TargetServer server = TargetServer.start(address, served)) {
            AnswerSizes sizes = AnswerSizes.measure(server.address(), 60_000);
            network.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE");
            try (Intercept intercept = Intercept.start(
                            InterceptConfig.builder().backendName("nfqueue").build(), () -> noonNs);
                    ReplaySetup setup = new ReplaySetup(options, address, sizes)) {
                ReplayResult result = setup.replay(new Patience()).run(Long.MAX_VALUE);
                assertEquals(List.of(), result.troubles());
                assertEquals(REQUESTS, result.answered());
                assertEquals(
                        result.headers(),
                        intercept.statistics().get(Counter.FORWARDED)
                                + intercept.statistics().get(Counter.UNPARKED));
                assertEquals(TUNNELS, intercept.tunnels().size());
                intercept
                        .tunnels()
                        .forEach(tunnel -> assertTrue(
                                tunnel.format().describe().contains("recognised by the 3 connections"),
                                () -> tunnel.format().describe()));
            }
        }
    }
}
