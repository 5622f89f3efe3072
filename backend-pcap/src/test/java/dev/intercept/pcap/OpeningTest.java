package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.LogLines;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said when a device is opened, or cannot be. */
class OpeningTest {

    private NetworkNamespace namespace;

    @BeforeEach
    void layOut() throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @Test
    void shouldListTheDevicesWhenTheOneNamedIsNotThere() {
        BackendException e = refusal("--interface", "eth77");
        assertEquals(BackendException.Kind.UNAVAILABLE, e.kind());
        String start = "--interface eth77: there is no such device; there are: ";
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        List<String> listed = List.of(e.getMessage().substring(start.length()).split(", "));
        assertTrue(
                listed.containsAll(List.of("any", "lo", TestNetwork.TARGET_DEVICE, TestNetwork.WIRE_DEVICE)),
                e.getMessage());
        assertFalse(listed.contains("nflog"), e.getMessage());
    }

    @Test
    void shouldCloseTheDevicesAlreadyOpenWhenOneIsNotThere() {
        BackendException e = refusal("--interface", "wire0,eth77");
        assertTrue(e.getMessage().startsWith("--interface eth77: there is no such device"), e.getMessage());
    }

    @Test
    void shouldSayHowToBringADeviceUp() throws Exception {
        namespace.exec("ip", "link", "set", "wire0", "down");
        BackendException e = refusal("--interface", "wire0");
        assertEquals(BackendException.Kind.REFUSED, e.kind());
        assertEquals("the device wire0 is down; bring it up: ip link set wire0 up", e.getMessage());
    }

    @Test
    void shouldNameThePrivilegeThatIsMissing() throws Exception {
        BackendException e = namespace.call(() ->
                Capabilities.withoutNetRaw(() -> assertThrows(BackendException.class, () -> Backends.device("wire0"))));
        assertEquals(BackendException.Kind.NO_PERMISSION, e.kind());
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "capturing on wire0 needs the privilege CAP_NET_RAW: run as root, or give it to the "
                                        + "service (AmbientCapabilities=CAP_NET_RAW). libpcap says: "),
                e.getMessage());
    }

    @Test
    void shouldRefuseABadFilterBeforeAnythingIsCaptured() {
        BackendException e = refusal("--interface", "wire0", "--filter", "src port");
        assertEquals(BackendException.Kind.BAD_CONFIGURATION, e.kind());
        assertTrue(e.getMessage().contains("syntax error"), e.getMessage());
    }

    @Test
    void shouldWarnWhenTheHostForwardsToTheRealClients() throws Exception {
        namespace.run(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
        assertEquals(
                List.of(
                        "WARNING net.ipv4.ip_forward is 1: this host forwards to the real clients every response that the "
                                + "target routes to it. On an assistant host turn it off: sysctl -w net.ipv4.ip_forward=0"),
                linesOfOpening("--interface", "wire0", "--filter", "tcp"));
    }

    @Test
    void shouldSayThatNoFilterMeansEveryPacket() throws Exception {
        assertEquals(
                List.of("INFO no --filter: every packet of wire0 is looked at. Usual is the target's port: "
                        + "--filter 'tcp and src port 80'"),
                linesOfOpening("--interface", "wire0"));
    }

    @Test
    void shouldSayNothingOfAHostThatIsSetUpRight() throws Exception {
        assertEquals(List.of(), linesOfOpening("--interface", "wire0", "--filter", "tcp"));
    }

    @Test
    void shouldTakeAHostWhoseSettingCannotBeReadForOneThatDoesNotForward() {
        assertEquals(false, HostChecks.forwards(Path.of("/proc/no/such/setting")));
    }

    private List<String> linesOfOpening(String... namesAndValues) throws Exception {
        try (LogLines log = new LogLines(HostChecks.class)) {
            namespace.call(() -> Backends.open(namesAndValues)).forEach(CaptureBackend::close);
            return log.lines();
        }
    }

    private BackendException refusal(String... namesAndValues) {
        return assertThrows(BackendException.class, () -> namespace.call(() -> Backends.open(namesAndValues)));
    }
}
