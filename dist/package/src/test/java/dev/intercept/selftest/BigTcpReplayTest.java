package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.kit.Await;
import dev.intercept.kit.BigTcp;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TestNetwork;
import dev.intercept.server.ClientProtocols;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers of some megabytes out of a veth device that takes segments above 64 KiB, and out of one that does not: the small
 * tcpcopy gets all of them by their headers, the same bytes.
 */
class BigTcpReplayTest {

    /** How many answers of how many bytes. */
    private record Load(int requests, int bodyBytes) {}

    private static final Load FEW_LARGE = new Load(8, 4_000_000);
    private static final Load MANY_OF_64_KIB = new Load(300, 65536);
    private static final int LEGACY_BYTES = 65536;
    private static final int DEADLINE_S = 60;

    private static final Map<String, Map<String, String>> OPTIONS = Map.of(
            "nfqueue",
            Map.of(),
            "ebpf",
            Map.of("--target-ports", "8080"),
            "pcap",
            Map.of("--interface", TestNetwork.TARGET_DEVICE, "--filter", "tcp and src port 8080"));

    private final ServedRequests served = new ServedRequests();
    private long packets;

    @ParameterizedTest
    @CsvSource({"nfqueue,200000", "nfqueue,65536", "ebpf,200000", "ebpf,65536", "pcap,200000", "pcap,65536"})
    void shouldReachTheClientWhole(String backend, int segmentBytes) throws Exception {
        ReplayResult result = replay(backend, segmentBytes, Generation.V1, FEW_LARGE);
        assertEquals(segmentBytes > LEGACY_BYTES, result.headers() > packets, result.headers() + " of " + packets);
    }

    /** Uncut segments of up to 64 KiB, as the queue hands them up: 0.9.0 gets all of their headers. */
    @Test
    void shouldReachAClientOf09WholeInSegmentsOf64KiB() throws Exception {
        ReplayResult result = replay("nfqueue", LEGACY_BYTES, Generation.V0_9, MANY_OF_64_KIB);
        assertEquals(result.headers(), packets);
    }

    /** Answers of common sizes, several on a connection, stopped in the kernel. */
    @ParameterizedTest
    @CsvSource({"65536,100", "1000000,24"})
    void shouldReachTheClientOverKeepAliveWhereTheKernelStopsThem(int bodyBytes, int requests) throws Exception {
        replay("ebpf", LEGACY_BYTES, Generation.V1, new Load(requests, bodyBytes));
    }

    private ReplayResult replay(String backend, int segmentBytes, Generation generation, Load load) throws Exception {
        try (NetworkNamespace network = NetworkNamespace.withTestNetwork()) {
            network.run(() -> BigTcp.allow(TestNetwork.TARGET_DEVICE, segmentBytes));
            return network.call(() -> replayInside(network, backend, generation, load));
        }
    }

    private ReplayResult replayInside(NetworkNamespace network, String backend, Generation generation, Load load)
            throws Exception {
        InetSocketAddress target = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
        SelftestOptions options = new SelftestOptions(
                Optional.of(backend),
                load.requests(),
                2,
                2,
                generation,
                OptionalInt.of(load.bodyBytes()),
                DEADLINE_S,
                List.of());
        try (TargetServer server = TargetServer.start(target, served)) {
            AnswerSizes sizes = AnswerSizes.measure(server.address(), 60_000);
            if (backend.equals("nfqueue")) {
                network.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE");
            }
            try (Intercept intercept = Intercept.start(InterceptConfig.builder()
                            .backendName(backend)
                            .backendOptions(OPTIONS.get(backend))
                            .protocol(ClientProtocols.all(new ProtocolOptions(
                                    ProtocolOptions.Combined.AUTO, false, false, Optional.of(generation))))
                            .build());
                    ReplaySetup setup = new ReplaySetup(options, target, sizes)) {
                ReplayResult result =
                        setup.replay(new Patience()).run(System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S));
                assertAnswered(result, intercept, load.requests());
                awaitAcknowledged(network);
                packets = count(intercept, Counter.FORWARDED) + count(intercept, Counter.UNPARKED);
                return result;
            }
        }
    }

    /** The target's own TCP waits for no acknowledgement any more: of what it sent, none is in a send queue. */
    private static void awaitAcknowledged(NetworkNamespace network) throws Exception {
        String[] sockets = "ss --tcp --all --numeric --no-header sport = :8080".split(" ");
        Await.until("all that the target sent to be acknowledged", () -> network.exec(sockets)
                .lines()
                .map(line -> line.split(" +"))
                .allMatch(words -> words[0].equals("LISTEN") || words[2].equals("0")));
    }

    /** Each answer is counted byte by byte, from the head to its end. */
    private void assertAnswered(ReplayResult result, Intercept intercept, int requests) throws InterruptedException {
        assertEquals(List.of(), result.troubles());
        assertEquals(requests, result.answered());
        assertTrue(served.await(requests, TimeUnit.SECONDS.toMillis(DEADLINE_S)), () -> served.distinct() + " served");
        assertEquals(requests, served.distinct());
        assertEquals(0, count(intercept, Counter.MALFORMED));
        assertEquals(0, count(intercept, Counter.UNKNOWN_LENGTH));
        assertEquals(0, count(intercept, Counter.TUNNEL_OVERFLOW));
    }

    private static long count(Intercept intercept, Counter counter) {
        return intercept.statistics().get(counter);
    }
}
