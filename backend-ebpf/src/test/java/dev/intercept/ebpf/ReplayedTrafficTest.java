package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.LogLines;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.RouteListener;
import dev.intercept.spi.Verdict;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With {@code --stop=replayed} a test server answers those whose sessions nobody replays: real TCP between two namespaces. */
class ReplayedTrafficTest {

    private static final int PATIENCE_MS = 120_000;
    private static final int NOTHING_MS = 100;
    private static final int CLIENT_PORT = 45000;
    private static final String SERVER = "10.8.0.1";
    private static final String CLIENT = "10.8.0.2";

    private static CaptureBackend open(FilteredNetwork network, String holdMs) throws Exception {
        return network.open(Map.of(
                        EbpfSettings.STOP, "replayed", EbpfSettings.HOLD, holdMs, EbpfSettings.INTERFACE, "veth0"))
                .get(0);
    }

    private static void addRoute(CaptureBackend backend) {
        RouteListener routes = backend.routeListener().orElseThrow();
        routes.onRoute(PacketBuilder.address(CLIENT), CLIENT_PORT, PacketBuilder.address(SERVER), 8080, true);
    }

    @Test
    void shouldServeOthersOnceASynAckWasRepeated() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace client = new NetworkNamespace()) {
            ContainerLayout.join(network, client);
            try (CaptureBackend backend = open(network, "0");
                    ServerSocket server = network.namespace().call(() -> new ServerSocket(8080));
                    Socket socket = client.call(Socket::new)) {
                client.run(() -> socket.connect(new InetSocketAddress(SERVER, 8080), PATIENCE_MS));
                byte[] body = new byte[100_000];
                body[body.length - 1] = 1;
                try (Socket accepted = server.accept()) {
                    accepted.getOutputStream().write(body);
                }
                socket.setSoTimeout(PATIENCE_MS);
                assertArrayEquals(body, socket.getInputStream().readNBytes(body.length));
                assertEquals(-1, socket.getInputStream().read());
                backend.poll(packet -> Verdict.DROP, 64, 0);
                assertEquals(1, backend.kernelStats().received(), "the first SYN/ACK, and nothing else, was stopped");
                assertEquals(0, backend.kernelStats().lost());
            }
        }
    }

    @Test
    void shouldStopEveryAnswerOfAReplayedSession() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace client = new NetworkNamespace()) {
            ContainerLayout.join(network, client);
            try (CaptureBackend backend = open(network, "0");
                    ServerSocket server = network.namespace().call(() -> new ServerSocket(8080));
                    Socket socket = client.call(Socket::new)) {
                addRoute(backend);
                client.run(() -> socket.bind(new InetSocketAddress(CLIENT, CLIENT_PORT)));
                assertThrows(
                        SocketTimeoutException.class,
                        () -> client.run(() -> socket.connect(new InetSocketAddress(SERVER, 8080), NOTHING_MS)));
                assertTrue(Polls.packets(backend, 1).get(0)[33] == (PacketBuilder.SYN | PacketBuilder.ACK));
                assertEquals(8080, server.getLocalPort());
            }
        }
    }

    @Test
    void shouldGoOnStoppingWhatWasReplayedAfterItsEnd() throws Exception {
        byte[] replayed = new PacketBuilder().build();
        byte[] other = new PacketBuilder().to(TestNetwork.client(2), 10000).build();
        try (FilteredNetwork network = new FilteredNetwork()) {
            CaptureBackend backend =
                    network.open(Map.of(EbpfSettings.STOP, "replayed")).get(0);
            RouteListener routes = backend.routeListener().orElseThrow();
            int client = PacketBuilder.address(TestNetwork.client(1));
            int target = PacketBuilder.address(TestNetwork.TARGET);
            routes.onRoute(client, 10000, target, 8080, true);
            backend.poll(packet -> Verdict.DROP, 1, 0);
            backend.close();
            routes.onRoute(client, 10000, target, 8080, false); // Comes too late, and does no harm.
            network.inject(replayed);
            network.inject(other);
            assertArrayEquals(other, network.escaped(PATIENCE_MS).orElseThrow());
        }
    }

    /** It knows no sessions of before: for as long as their answers may come it stops all. */
    @Test
    void shouldLetNothingPassJustAfterItTookAFilterOver() throws Exception {
        byte[] answer = new PacketBuilder().build();
        Map<String, String> replayed = Map.of(EbpfSettings.STOP, "replayed");
        try (FilteredNetwork network = new FilteredNetwork()) {
            try (CaptureBackend first = network.open(replayed).get(0)) {
                network.inject(answer);
                assertTrue(network.escaped(PATIENCE_MS).isPresent());
                first.poll(packet -> Verdict.DROP, 1, 0);
            }
            try (CaptureBackend second = network.open(replayed).get(0)) {
                network.inject(answer);
                assertEquals(1, Polls.packets(second, 1).size());
                assertTrue(network.escaped(NOTHING_MS).isEmpty());
            }
        }
    }

    @Test
    void shouldLetNothingPassJustAfterItTookOverTheFilterOfADeviceThatCameLate() throws Exception {
        byte[] answer = new PacketBuilder().build();
        try (FilteredNetwork network = new FilteredNetwork();
                LogLines log = new LogLines(Attachments.class)) {
            network.exec("ip link add late0 type veth peer name late1");
            try (CaptureBackend first =
                    network.open(Map.of(EbpfSettings.INTERFACE, "late0")).get(0)) {
                first.poll(packet -> Verdict.DROP, 1, 0);
                assertTrue(log.next().startsWith("INFO answers from port 8080 are stopped at the egress of late0, "));
            }
            try (CaptureBackend second =
                    network.open(Map.of(EbpfSettings.STOP, "replayed")).get(0)) {
                assertTrue(log.next().startsWith("INFO answers of replayed sessions from port 8080"));
                second.poll(packet -> Verdict.DROP, 1, 0);
                network.inject(answer);
                assertTrue(network.escaped(PATIENCE_MS).isPresent(), "it knows of nobody before it");
                network.exec("ip address add 10.1.1.1/32 dev late0");
                assertEquals("INFO answers are stopped at the egress of late0 too, which has come", log.next());
                network.inject(answer);
                assertEquals(1, Polls.packets(second, 1).size());
                assertTrue(network.escaped(NOTHING_MS).isEmpty());
            }
        }
    }
}
