package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.ClientProtocols;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers of 64 KiB over keep-alive connections for a client that follows them as loosely as a tcpcopy 0.9.0: whatever it makes
 * of them, every header is delivered.
 */
class LooseReplayTest {

    private static final int CONNECTIONS = 30;
    private static final int REQUESTS_EACH = 10;
    private static final int REQUESTS = CONNECTIONS * REQUESTS_EACH;
    private static final int BODY_BYTES = 65536;
    private static final int TUNNELS = 3;
    private static final int REPEATED_EVERY = 6;
    private static final int CLIENT_PORT = 10_000;

    /** Nothing more will come: the target's own retransmissions are closer. */
    private static final int QUIET_MS = 3_000;

    private static final int PATIENCE_MS = 60_000;

    private final ServedRequests served = new ServedRequests();
    private final Map<Long, LooseSession> sessions = new LinkedHashMap<>();
    private final List<TunnelClient> tunnels = new ArrayList<>();
    private long headers;

    /** Nothing is lost, in segments of 64 KiB and in small ones. */
    @ParameterizedTest
    @CsvSource({"on", "off"})
    void shouldHaveEveryRequestAnswered(String gso) throws Exception {
        replay(gso, 1);
        assertTrue(served.await(REQUESTS, PATIENCE_MS), () -> served.distinct() + " of " + REQUESTS);
        assertEquals(0, givenUp());
    }

    /**
     * Requests that the real clients sent again make the target repeat its acknowledgement, and this client resets a
     * connection whose request it cannot send again.
     */
    @ParameterizedTest
    @CsvSource({"on", "off"})
    void shouldDeliverEveryHeaderAlsoWhereTheClientGivesUp(String gso) throws Exception {
        replay(gso, 3);
        assertTrue(served.await(REQUESTS - (int) givenUp() * REQUESTS_EACH, PATIENCE_MS));
        System.out.printf(
                "requests that come three times, gso %s: %d of %d connections given up, %d of %d requests answered%n",
                gso, givenUp(), CONNECTIONS, served.distinct(), REQUESTS);
        assertTrue(givenUp() > 0 && givenUp() <= CONNECTIONS / REPEATED_EVERY);
        assertTrue(served.distinct() < REQUESTS && served.distinct() >= REQUESTS - givenUp() * REQUESTS_EACH);
    }

    private long givenUp() {
        return sessions.values().stream().filter(LooseSession::gaveUp).count();
    }

    private void replay(String gso, int copies) throws Exception {
        try (NetworkNamespace network = NetworkNamespace.withTestNetwork()) {
            network.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE");
            network.run(() -> replayInside(gso, copies));
        }
    }

    private void replayInside(String gso, int copies) throws Exception {
        InetSocketAddress address = new InetSocketAddress(TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
        try (TargetServer server = TargetServer.start(address, served);
                Intercept intercept = Intercept.start(InterceptConfig.builder()
                        .backendName("nfqueue")
                        .backendOptions(Map.of("--gso", gso))
                        .protocol(ClientProtocols.all(new ProtocolOptions(
                                ProtocolOptions.Combined.AUTO, false, false, Optional.of(Generation.V0_9))))
                        .build());
                RawSocket socket = new RawSocket();
                Selector selector = Selector.open()) {
            for (int i = 0; i < TUNNELS; i++) {
                tunnels.add(TunnelClient.connect(
                        InterceptCommandLine.ADDRESS, TunnelFormat.of(Generation.V0_9, ProtocolOptions.DEFAULTS)));
                tunnels.get(i).register(selector);
            }
            open(socket, server.address(), copies);
            while (sessions.values().stream().anyMatch(each -> !each.hasEnded()) && selector.select(QUIET_MS) > 0) {
                selector.selectedKeys().clear();
                readAll();
            }
            assertDelivered(intercept);
        } finally {
            for (TunnelClient tunnel : tunnels) {
                tunnel.close();
            }
        }
    }

    private void assertDelivered(Intercept intercept) throws Exception {
        Await.until(() -> headers + " of " + intercept.statistics().line(), () -> {
            readAll();
            return headers == count(intercept, Counter.MESSAGES_WRITTEN)
                    && headers == count(intercept, Counter.FORWARDED) + count(intercept, Counter.UNPARKED)
                    && headers == intercept.statistics().packets(); // The target may send again meanwhile.
        });
    }

    private static long count(Intercept intercept, Counter counter) {
        return intercept.statistics().get(counter);
    }

    private void open(RawSocket socket, InetSocketAddress target, int copies) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            ForgedClient client = new ForgedClient(socket, TestNetwork.client(1 + i), CLIENT_PORT, target);
            int first = i * REQUESTS_EACH;
            List<byte[]> requests = IntStream.range(first, first + REQUESTS_EACH)
                    .mapToObj(id -> new HttpExchange(id, 0, BODY_BYTES, false).request())
                    .toList();
            LooseSession session = new LooseSession(i, client, requests, i % REPEATED_EVERY == 0 ? copies : 1);
            sessions.put(ReplayConnection.key(client.address(), client.port()), session);
            tunnels.get(i % TUNNELS)
                    .add(TestNetwork.client(1 + i), CLIENT_PORT, TestNetwork.TARGET, PrivateNetwork.TARGET_PORT);
            session.open();
        }
    }

    private void readAll() throws IOException {
        for (TunnelClient tunnel : tunnels) {
            for (Optional<ByteBuffer> message = tunnel.read(0); message.isPresent(); message = tunnel.read(0)) {
                headers++;
                TargetSegment segment = TargetSegment.read(message.get());
                sessions.get(ReplayConnection.key(segment.clientAddress(), segment.clientPort()))
                        .onSegment(segment);
            }
        }
    }
}
