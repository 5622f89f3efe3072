package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.LogLines;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.pcap.link.Frames;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Capture from real devices: a veth pair in a private network namespace. */
class LiveCaptureTest {

    private static final String FILTER = "tcp and src port 8080";

    private final List<CaptureBackend> open = new ArrayList<>();
    private static final Comparator<String> BY_SEQUENCE = Comparator.comparing(packet -> packet.substring(48, 56));

    private NetworkNamespace namespace;
    private RawSocket socket;

    @BeforeEach
    void layOut() throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
        socket = namespace.call(RawSocket::new);
    }

    @AfterEach
    void close() {
        open.forEach(CaptureBackend::close);
        socket.close();
        namespace.close();
    }

    @Test
    void shouldCaptureResponsesThatComeInAsOnAnAssistantHost() throws Exception {
        assertCaptures(device(TestNetwork.WIRE_DEVICE));
    }

    @Test
    void shouldCaptureResponsesThatGoOutAsOnTheTargetItself() throws Exception {
        assertCaptures(device(TestNetwork.TARGET_DEVICE));
    }

    @Test
    void shouldCaptureInBlocksToo() throws Exception {
        assertCaptures(open("--interface", TestNetwork.WIRE_DEVICE, "--filter", FILTER, "--immediate", "off"));
    }

    @Test
    void shouldHandOnOnceWhatAnyShowsOfTwoDevices() throws Exception {
        CaptureBackend any = device("any");
        assertCaptures(any);
        assertEquals(0, any.poll(new Recorder(), 64, 200));
        try (LogLines log = new LogLines(LiveCapture.class)) {
            any.close();
            assertEquals(
                    List.of("INFO pcap:any: 100 packets were seen on a second device and handed on once"), log.lines());
        }
    }

    private void assertCaptures(CaptureBackend backend) throws Exception {
        List<byte[]> packets = responses(100);
        send(packets);
        assertEquals(headersOf(packets), headersOf(new Recorder().await(backend, 100)));
        assertFalse(backend.issuesVerdicts());
    }

    @Test
    void shouldOpenALaneForEachDevice() throws Exception {
        String both = TestNetwork.TARGET_DEVICE + "," + TestNetwork.WIRE_DEVICE;
        List<CaptureBackend> lanes = namespace.call(() -> Backends.open("--interface", both, "--filter", FILTER));
        open.addAll(lanes);
        assertEquals(
                List.of("pcap:target0", "pcap:wire0"),
                lanes.stream().map(CaptureBackend::lane).toList());
        send(responses(3));
        for (CaptureBackend lane : lanes) {
            assertEquals(3, new Recorder().await(lane, 3).packets().size());
        }
    }

    @Test
    void shouldDivideSessionsAmongLanesAndKeepTheOrderInEach() throws Exception {
        int sessions = 40;
        int each = 10;
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < sessions * each; i++) {
            packets.add(new PacketBuilder()
                    .to(TestNetwork.client(1 + i % sessions), 10_000)
                    .sequence(i)
                    .build());
        }
        List<CaptureBackend> lanes = namespace.call(
                () -> Backends.open("--interface", TestNetwork.WIRE_DEVICE, "--filter", FILTER, "--lanes", "2"));
        open.addAll(lanes);
        assertEquals(
                List.of("pcap:wire0#0", "pcap:wire0#1"),
                lanes.stream().map(CaptureBackend::lane).toList());
        send(packets);
        List<String> seen = new ArrayList<>();
        Map<String, String> laneOfClient = new HashMap<>();
        for (CaptureBackend lane : lanes) {
            Recorder recorder = new Recorder();
            while (lane.poll(recorder, 64, 500) > 0) {
                // Until nothing comes.
            }
            assertTrue(
                    recorder.packets().size() >= each,
                    lane.lane() + ": " + recorder.packets().size());
            recorder.packets().forEach(packet -> {
                String owner = laneOfClient.putIfAbsent(packet.substring(32, 40), lane.lane());
                assertTrue(owner == null || owner.equals(lane.lane()), "a session in two lanes");
            });
            assertEquals(recorder.packets().stream().sorted(BY_SEQUENCE).toList(), recorder.packets());
            seen.addAll(recorder.packets());
        }
        assertEquals(Recorder.hex(packets), seen.stream().sorted(BY_SEQUENCE).toList());
    }

    @Test
    void shouldUnwrapWhatACloudMirrorsAsVxlan() throws Exception {
        CaptureBackend backend =
                open("--interface", TestNetwork.WIRE_DEVICE, "--filter", "udp dst port 4789", "--vxlan", "4789");
        byte[] response = new PacketBuilder().tcpOptions(new byte[40]).build();
        byte[] payload = Frames.vxlanPayload(Frames.ethernet(response));
        InetAddress mirror = InetAddress.getByName(TestNetwork.client(9));
        namespace.run(() -> {
            try (DatagramSocket udp = new DatagramSocket()) {
                udp.send(new DatagramPacket(payload, payload.length, mirror, 4789));
            }
        });
        assertEquals(
                Recorder.hex(List.of(response)),
                new Recorder().await(backend, 1).packets());
    }

    @Test
    void shouldCaptureNoMoreOfAFrameThanTheSnapLength() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        send(List.of(
                new PacketBuilder().identification(1).payload(new byte[1000]).build()));
        String packet = new Recorder().await(backend, 1).packets().get(0);
        int ethernetBytes = 14;
        assertEquals(128 - ethernetBytes, packet.length() / 2);
    }

    @Test
    void shouldReturnNothingWhenNothingComes() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        assertEquals(0, backend.poll(new Recorder(), 64, 0));
        long startNs = System.nanoTime();
        assertEquals(0, backend.poll(new Recorder(), 64, 50));
        assertTrue(System.nanoTime() - startNs >= TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void shouldAllocateNothingForAPacket() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] packets = {0};
        PacketHandler counter = packet -> {
            packets[0]++;
            return Verdict.ACCEPT;
        };
        long allocated = 0;
        for (int round = 0; round < 2; round++) {
            allocated = 0;
            for (byte[] packet : responses(200)) {
                socket.send(packet);
                long before = threads.getCurrentThreadAllocatedBytes();
                backend.poll(counter, 64, 1000);
                allocated += threads.getCurrentThreadAllocatedBytes() - before;
            }
        }
        assertEquals(400, packets[0]);
        assertTrue(allocated < 200, "bytes allocated for 200 packets: " + allocated);
    }

    @Test
    void shouldEndAPollThatWaitsWhenClosed() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        CompletableFuture<Integer> poll = CompletableFuture.supplyAsync(() -> {
            try {
                return backend.poll(new Recorder(), 64, 60_000);
            } catch (BackendException e) {
                throw new AssertionError(e);
            }
        });
        backend.close();
        assertEquals(CaptureBackend.END, poll.get(60, TimeUnit.SECONDS));
        assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 64, 0));
    }

    @Test
    void shouldCountWhatItReceivedAlsoWhenClosed() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        send(responses(5));
        new Recorder().await(backend, 5);
        assertEquals(5, backend.kernelStats().received());
        backend.close();
        assertEquals(5, backend.kernelStats().received());
        assertEquals(0, backend.kernelStats().lost());
    }

    @Test
    void shouldCountWhatTheKernelDroppedAndNameTheKnob() throws Exception {
        CaptureBackend backend =
                open("--interface", TestNetwork.WIRE_DEVICE, "--filter", FILTER, "--pcap-buffer", "64K");
        send(responses(5_000));
        Recorder recorder = new Recorder();
        while (backend.poll(recorder, 64, 200) > 0) {
            // Until the last packet has come through the device.
        }
        KernelStats stats = backend.kernelStats();
        KernelStats.Loss dropped = stats.losses().get(0);
        assertEquals("pcap_dropped", dropped.name());
        assertTrue(dropped.packets() > 0, "64K hold fewer than 5000 frames");
        assertEquals("intercept --backend=pcap --pcap-buffer=128K  # now 64K", dropped.remedy());
        assertEquals(recorder.packets().size(), stats.received());
        assertTrue(stats.received() + stats.lost() <= 5_000, stats::toString);
    }

    @Test
    void shouldGoOnWhenTheDeviceComesBackUp() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        send(responses(1));
        Recorder recorder = new Recorder().await(backend, 1);
        try (LogLines log = new LogLines(DeviceWatch.class)) {
            namespace.exec("ip", "link", "set", "wire0", "down");
            pollFor(backend, 600);
            namespace.exec("ip", "link", "set", "wire0", "up");
            pollFor(backend, 600);
            send(responses(3));
            assertEquals(4, recorder.await(backend, 4).packets().size());
            assertEquals(
                    List.of(
                            "WARNING pcap:wire0: wire0 is down; capture goes on by itself when it is up again: "
                                    + "ip link set wire0 up",
                            "INFO pcap:wire0: capture goes on after N s; what passed meanwhile was not seen"),
                    withoutSeconds(log));
        }
        assertEquals(4, backend.kernelStats().received(), "counted before and after");
    }

    @Test
    void shouldGoOnWhenADeviceThatVanishedIsThereAgain() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        try (LogLines log = new LogLines(DeviceWatch.class)) {
            namespace.exec("ip", "link", "del", "wire0");
            pollFor(backend, 600);
            namespace.run(TestNetwork::layOut);
            pollFor(backend, 600);
            send(responses(3));
            assertEquals(3, new Recorder().await(backend, 3).packets().size());
            List<String> lines = withoutSeconds(log);
            assertEquals(2, lines.size(), lines::toString);
            assertTrue(lines.get(0).startsWith("WARNING pcap:wire0: "), lines::toString);
            assertTrue(lines.get(0).contains("capture goes on by itself when"), lines::toString);
        }
    }

    @Test
    void shouldEndWhenClosedWhileTheDeviceIsDown() throws Exception {
        CaptureBackend backend = device(TestNetwork.WIRE_DEVICE);
        namespace.exec("ip", "link", "set", "wire0", "down");
        pollFor(backend, 100);
        backend.close();
        assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 64, 1000));
        assertEquals(0, backend.kernelStats().received());
    }

    /** In the namespace: the device is looked for where the polling thread is. Each poll must wait for its time-out. */
    private void pollFor(CaptureBackend backend, int ms) throws Exception {
        int timeoutMs = 50;
        int polls = namespace.call(() -> {
            int count = 0;
            long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
            for (; System.nanoTime() < deadlineNs; count++) {
                assertEquals(0, backend.poll(new Recorder(), 64, timeoutMs));
            }
            return count;
        });
        assertTrue(polls <= 2 * ms / timeoutMs, "polls that did not wait: " + polls);
    }

    private static List<String> withoutSeconds(LogLines log) {
        return log.lines().stream()
                .map(line -> line.replaceFirst("after \\d+ s", "after N s"))
                .toList();
    }

    private CaptureBackend device(String device) throws Exception {
        return open("--interface", device, "--filter", FILTER);
    }

    private CaptureBackend open(String... namesAndValues) throws Exception {
        CaptureBackend backend =
                namespace.call(() -> Backends.open(namesAndValues)).get(0);
        open.add(backend);
        return backend;
    }

    private void send(List<byte[]> packets) throws Exception {
        for (byte[] packet : packets) {
            socket.send(packet);
        }
    }

    private static List<byte[]> responses(int count) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(Responses.response(i));
        }
        return packets;
    }

    private static List<String> headersOf(List<byte[]> packets) {
        return Recorder.hex(packets);
    }

    private static List<String> headersOf(Recorder recorder) {
        return recorder.packets();
    }
}
