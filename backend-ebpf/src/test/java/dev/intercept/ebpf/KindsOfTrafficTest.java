package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real packets through devices of several kinds, ports, the pass list, several lanes. */
class KindsOfTrafficTest {

    private static final int NOTHING_MS = 50;
    private static final int PATIENCE_MS = 120_000;

    @Test
    void shouldTakeThePacketsOfADeviceWithoutLinkHeader() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork()) {
            network.exec("ip tuntap add tun0 mode tun");
            network.exec("ip address add 10.9.0.1/24 dev tun0");
            network.exec("ip link set tun0 up");
            try (CaptureBackend backend =
                    network.open(Map.of(EbpfSettings.INTERFACE, "tun0")).get(0)) {
                byte[] packet = new PacketBuilder()
                        .from("10.9.0.1", 8080)
                        .to("10.9.0.2", 10000)
                        .identification(5)
                        .build();
                network.inject(packet);
                assertArrayEquals(packet, Polls.packets(backend, 1).get(0));
            }
        }
    }

    @Test
    void shouldLetThePassListOtherPortsAndOtherProtocolsPass() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                CaptureBackend backend = network.open(Map.of("--passlist", "192.0.2.5,192.0.2.64/26"))
                        .get(0)) {
            List<PacketBuilder> passing = List.of(
                    new PacketBuilder().to("192.0.2.5", 10000),
                    new PacketBuilder().to("192.0.2.127", 10000),
                    new PacketBuilder().from("198.51.100.1", 8081),
                    new PacketBuilder().protocol(17));
            for (PacketBuilder packet : passing) {
                network.inject(packet.build());
                assertTrue(network.escaped(PATIENCE_MS).isPresent());
            }
            network.inject(new PacketBuilder().to("192.0.2.128", 10000).build());
            assertTrue(network.escaped(NOTHING_MS).isEmpty());
            assertEquals(1, Polls.packets(backend, 1).size());
            assertEquals(1, backend.kernelStats().received());
        }
    }

    @Test
    void shouldTakeSeveralPortsInSeveralLanes() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork()) {
            List<CaptureBackend> lanes = network.open(Map.of(EbpfSettings.PORTS, "8080,9090", EbpfSettings.LANES, "2"));
            assertEquals(
                    List.of("ebpf:0", "ebpf:1"),
                    lanes.stream().map(CaptureBackend::lane).toList());
            for (int client = 1; client <= 100; client++) {
                network.inject(new PacketBuilder()
                        .from("198.51.100.1", client % 2 == 0 ? 8080 : 9090)
                        .to("192.0.2." + client, 10000)
                        .build());
            }
            int[] handed = new int[2];
            for (int lane = 0; lane < 2; lane++) {
                while (lanes.get(lane).poll(packet -> Verdict.DROP, 64, NOTHING_MS) > 0) {
                    // Counted by the lane itself.
                }
                handed[lane] = (int) lanes.get(lane).kernelStats().received();
            }
            assertEquals(100, handed[0] + handed[1], Arrays.toString(handed));
            assertTrue(handed[0] > 20 && handed[1] > 20, Arrays.toString(handed));
            assertTrue(network.escaped(NOTHING_MS).isEmpty());
            lanes.forEach(CaptureBackend::close);
        }
    }

    /**
     * The host of a container changes the destination of what comes in, 198.51.100.1 port 80 to 10.8.0.2 port 8080, and back what
     * goes out. Where answers leave the host, they have the address that clients know.
     */
    @Test
    void shouldSeeAContainersAnswersAsClientsKnowThem() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace container = new NetworkNamespace()) {
            ContainerLayout.layOut(network, container);
            try (CaptureBackend backend = network.open(
                            Map.of(EbpfSettings.PORTS, "80", EbpfSettings.INTERFACE, "target0"))
                    .get(0)) {
                ContainerLayout.connect(network);
                byte[] synAck = Polls.packets(backend, 1).get(0);
                assertEquals("198.51.100.1:80", ContainerLayout.source(synAck));
                assertTrue(network.escaped(NOTHING_MS).isEmpty());
            }
        }
    }

    /** There the address is the container's own: the host changes it back only after that. */
    @Test
    void shouldStopAContainersAnswersWhereTheyEnterTheHost() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace container = new NetworkNamespace()) {
            ContainerLayout.layOut(network, container);
            try (CaptureBackend backend = network.open(
                            Map.of(EbpfSettings.INTERFACE, "veth0", EbpfSettings.DIRECTION, "ingress"))
                    .get(0)) {
                ContainerLayout.connect(network);
                byte[] synAck = Polls.packets(backend, 1).get(0);
                assertEquals("10.8.0.2:8080", ContainerLayout.source(synAck));
                assertTrue(network.escaped(NOTHING_MS).isEmpty());
            }
        }
    }

    /** A container that changes addresses itself, as a side-car does: its answers enter the host as clients know them. */
    @Test
    void shouldSeeAnswersAfterTheContainersOwnTranslation() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace container = new NetworkNamespace()) {
            ContainerLayout.layOutSelfTranslating(network, container);
            try (CaptureBackend backend = network.open(Map.of(
                            EbpfSettings.PORTS,
                            "80",
                            EbpfSettings.INTERFACE,
                            "veth0",
                            EbpfSettings.DIRECTION,
                            "ingress"))
                    .get(0)) {
                ContainerLayout.connectTo(network, "10.8.0.2", 80);
                byte[] synAck = Polls.packets(backend, 1).get(0);
                assertEquals("10.8.0.2:80", ContainerLayout.source(synAck));
                assertTrue(network.escaped(NOTHING_MS).isEmpty());
            }
        }
    }
}
