package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.tc.Device;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EbpfSettingsTest {

    private static void assertRefused(String message, Map<String, String> options) {
        BackendException refused = assertThrows(BackendException.class, () -> FilteredNetwork.settings(options));
        assertEquals(BackendException.Kind.USAGE, refused.kind());
        assertEquals(message, refused.getMessage());
    }

    @Test
    void shouldTakeWhatUsersWrite() throws Exception {
        EbpfSettings settings = FilteredNetwork.settings(Map.of(
                "--target-ports", "80,8080",
                "--interface", "eth0,eth1",
                "--direction", "ingress",
                "--passlist", "10.0.0.5/32,10.1.0.0/16"));
        assertEquals(List.of(80, 8080), settings.ports());
        assertEquals(List.of("eth0", "eth1"), settings.devices());
        assertEquals("ingress", settings.direction().toString());
        assertEquals(List.of(new Network(0x0a000005, 32), new Network(0x0a010000, 16)), settings.passList());
        assertEquals(128, settings.copyRangeBytes());
        assertEquals(EbpfSettings.Stop.ALL, settings.stop());
        assertEquals(
                EbpfSettings.Stop.REPLAYED,
                FilteredNetwork.settings(Map.of("--stop", "replayed")).stop());
    }

    @Test
    void shouldRefuseEachValueThatCannotBeMeantByItsName() {
        assertRefused(
                "--target-ports 80,: must be numbers from 1 to 65535 with a comma between",
                Map.of("--target-ports", "80,"));
        assertRefused(
                "--target-ports 65536: must be numbers from 1 to 65535 with a comma between",
                Map.of("--target-ports", "65536"));
        assertRefused(
                "--interface 'eth0,eth0': must be device names with a comma between, each once",
                Map.of("--interface", "eth0,eth0"));
        assertRefused("--stop some: must be all or replayed", Map.of("--stop", "some"));
        assertRefused("--hold-ms 30001: must be a whole number from 0 to 30000", Map.of("--hold-ms", "30001"));
        assertRefused("--direction out: must be egress or ingress", Map.of("--direction", "out"));
        assertRefused(
                "--ring-bytes 100000: must be a power of two, the next one is 131072",
                Map.of("--ring-bytes", "100000"));
        assertRefused("--lanes 17: must be a whole number from 1 to 16", Map.of("--lanes", "17"));
        assertRefused("--passlist 10.0.0.256: must be an IPv4 address or network", Map.of("--passlist", "10.0.0.256"));
        assertRefused(
                "--passlist 10.0.0.0/33: must be an IPv4 address or network", Map.of("--passlist", "10.0.0.0/33"));
    }

    @Test
    void shouldAskForThePortThatItCannotGuess() {
        BackendException refused = assertThrows(
                BackendException.class, () -> EbpfSettings.from(BackendOptions.defaults(EbpfSettings.OPTIONS)));
        assertEquals(
                "--target-ports is missing: name the test server's port, --target-ports=8080; answers from it are stopped"
                        + " on this host",
                refused.getMessage());
    }

    @Test
    void shouldWantDevicesWithAnAddressOrThoseThatAreNamed() throws Exception {
        Device ethernet = new Device(2, "eth0", 1, false, true);
        Device bare = new Device(3, "eth1", 1, false, false);
        Device loopback = new Device(1, "lo", 772, true, true);
        Device infiniband = new Device(4, "ib0", 32, false, true);
        EbpfSettings all = FilteredNetwork.settings(Map.of());
        assertTrue(all.wants(ethernet));
        assertFalse(all.wants(bare));
        assertFalse(all.wants(loopback));
        assertFalse(all.wants(infiniband));
        EbpfSettings named = FilteredNetwork.settings(Map.of("--interface", "lo,eth1"));
        assertFalse(named.wants(ethernet));
        assertTrue(named.wants(bare));
        assertTrue(named.wants(loopback));
    }

    @Test
    void shouldKnowTheLinkHeadersOfDevices() {
        assertEquals(14, new Device(1, "lo", 772, true, true).linkBytes());
        assertEquals(0, new Device(1, "tun0", 0xfffe, false, true).linkBytes());
        assertEquals(0, new Device(1, "tunl0", 768, false, true).linkBytes());
        assertEquals(Device.UNKNOWN, new Device(1, "ib0", 32, false, true).linkBytes());
    }

    @Test
    void shouldKeyANetworkByItsLengthAndItsAddressAsSent() {
        byte[] key = new Network(0x0a010000, 16).key();
        byte[] length = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                ? new byte[] {16, 0, 0, 0}
                : new byte[] {0, 0, 0, 16};
        assertArrayEquals(new byte[] {length[0], length[1], length[2], length[3], 10, 1, 0, 0}, key);
    }
}
