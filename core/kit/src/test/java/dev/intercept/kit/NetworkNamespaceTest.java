package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NetworkNamespaceTest {

    private static final int WAIT_MS = 60_000;

    @Test
    void shouldHaveTheTestNetworkInsideAndNowhereElse() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            assertTrue(namespace.exec("ip", "address").contains(TestNetwork.TARGET));
            assertTrue(namespace.call(NetworkNamespaceTest::devices).contains(TestNetwork.WIRE_DEVICE));
            assertFalse(devices().contains(TestNetwork.WIRE_DEVICE));
        }
    }

    private static String devices() throws IOException {
        return Files.readString(Path.of("/proc/thread-self/net/dev"));
    }

    @Test
    void shouldCarryAForgedPacketToTheWire() throws Exception {
        byte[] forged = new PacketBuilder()
                .identification(7)
                .flags(PacketBuilder.SYN | PacketBuilder.ACK)
                .tcpOptions(new byte[] {1, 1, 3, 3, 7, 0, 0, 0})
                .payload("hello".getBytes())
                .build();
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            assertArrayEquals(forged, namespace.call(() -> sendAndSee(forged)).orElseThrow());
        }
    }

    @Test
    void shouldSayThatNothingArrived() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            namespace.exec("iptables", "-I", "OUTPUT", "-p", "tcp", "-j", "DROP");
            IOException refused = assertThrows(
                    IOException.class, () -> namespace.call(() -> sendAndSee(new PacketBuilder().build())));
            assertTrue(refused.getMessage().contains("Operation not permitted"), refused.getMessage());
            assertEquals(Optional.empty(), namespace.call(() -> see(0)));
        }
    }

    private static Optional<byte[]> sendAndSee(byte[] packet) throws IOException {
        try (RawSocket raw = new RawSocket();
                PacketSocket wire = new PacketSocket(TestNetwork.WIRE_DEVICE)) {
            raw.send(packet);
            return wire.poll(WAIT_MS);
        }
    }

    private static Optional<byte[]> see(int timeoutMs) throws IOException {
        try (PacketSocket wire = new PacketSocket(TestNetwork.WIRE_DEVICE)) {
            return wire.poll(timeoutMs);
        }
    }

    @Test
    void shouldNameTheCommandThatFailedAndWhatItSaid() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            IOException failed = assertThrows(IOException.class, () -> namespace.exec("ip", "link", "show", "nosuch0"));
            assertTrue(failed.getMessage().startsWith("ip link show nosuch0 ended with exit code 1: "));
            assertTrue(failed.getMessage().contains("does not exist"), failed.getMessage());
        }
    }

    @Test
    void shouldThrowOnWhatTheCodeInsideThrew() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            AssertionError thrown = new AssertionError("inside");
            assertEquals(
                    thrown,
                    assertThrows(
                            AssertionError.class,
                            () -> namespace.run(() -> {
                                throw thrown;
                            })));
        }
    }

    @Test
    void shouldRunACallFromInsideAtOnce() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            assertEquals("nested", namespace.call(() -> namespace.call(() -> "nested")));
        }
    }

    @Test
    void shouldGiveThreadsStartedInsideTheSameNetwork() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            String[] seen = new String[1];
            namespace.run(() -> {
                Thread thread = new Thread(() -> seen[0] = unchecked(NetworkNamespaceTest::devices));
                thread.start();
                thread.join();
            });
            assertTrue(seen[0].contains(TestNetwork.TARGET_DEVICE), () -> Arrays.toString(seen));
        }
    }

    private static String unchecked(java.util.concurrent.Callable<String> call) {
        try {
            return call.call();
        } catch (Exception e) {
            return e.toString();
        }
    }
}
