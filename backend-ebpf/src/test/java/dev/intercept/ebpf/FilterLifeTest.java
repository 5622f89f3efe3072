package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.LogLines;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filters outlive who attached them, are taken over, and go when they are asked to; other people's stay. */
class FilterLifeTest {

    /** Somebody else's program, which matches nothing. */
    private static final String CLASSIC_BPF = "bpf bytecode 1,6~0~0~0,";

    private static final String ANSWERS = "tc filter del dev target0 egress pref 1 handle 0x1c bpf";
    private static final String REQUESTS = "tc filter del dev target0 ingress pref 1 handle 0x1d bpf";
    private static final int NOTHING_MS = 50;
    private static final int PATIENCE_MS = 120_000;

    private FilteredNetwork network;

    @BeforeEach
    void layOut() throws Exception {
        network = new FilteredNetwork();
    }

    @AfterEach
    void close() {
        network.close();
    }

    private static byte[] answer() {
        return new PacketBuilder().build();
    }

    private String listing() throws Exception {
        return network.exec("tc qdisc show dev target0")
                + network.exec("tc filter show dev target0 egress")
                + network.exec("tc filter show dev target0 ingress");
    }

    private List<String> removed() throws Exception {
        return network.namespace().call(() -> new OwnFilters(List.of()).remove());
    }

    private List<String> shown() throws Exception {
        return network.namespace().call(() -> new OwnFilters(List.of()).show());
    }

    @Test
    void shouldStopAnswersAfterItsEndUntilItIsRemoved() throws Exception {
        String before = listing();
        network.serve();
        network.inject(answer());
        assertTrue(network.escaped(NOTHING_MS).isEmpty());
        assertEquals(
                List.of(
                        ANSWERS + "  # nobody reads it",
                        REQUESTS + "  # nobody reads the time of requests that it takes"),
                shown());
        assertEquals(List.of(ANSWERS, REQUESTS), removed());
        assertEquals(before, listing());
        assertEquals(List.of(), removed());
        network.inject(answer());
        assertTrue(network.escaped(PATIENCE_MS).isPresent());
    }

    /** The start failed, perhaps for quite another reason. */
    @Test
    void shouldLeaveNoFilterThatItBroughtBeforeItWasPolled() throws Exception {
        String before = listing();
        try (LogLines log = new LogLines(Attachments.class)) {
            network.open().close();
            assertTrue(log.next().startsWith("INFO answers from port 8080 are stopped at the egress of target0, "));
            assertEquals("INFO answers pass at the egress of target0 again: intercept did not start", log.next());
        }
        assertEquals(before, listing());
        network.serve();
        String stopping = listing();
        network.open().close();
        assertEquals(withoutProgram(stopping), withoutProgram(listing()), "it was there already");
    }

    @Test
    void shouldLeaveNoFilterOnADeviceWhenItIsRefusedAtTheNext() throws Exception {
        network.exec("tc qdisc add dev target0 clsact");
        network.exec("tc filter add dev target0 egress pref 1 protocol ip " + CLASSIC_BPF);
        String before = listing();
        BackendException refused = assertThrows(
                BackendException.class, () -> network.open(Map.of(EbpfSettings.INTERFACE, "wire0,target0")));
        assertTrue(refused.getMessage().startsWith("egress of device target0: "), refused.getMessage());
        assertEquals(before, listing());
        assertEquals(List.of(), shown());
    }

    /** Each load gives the program another number. */
    private static String withoutProgram(String listing) {
        return listing.replaceAll("id \\d+ name intercept.*", "");
    }

    @Test
    void shouldLetNoAnswerEscapeWhileItIsTakenOver() throws Exception {
        CaptureBackend first = network.open();
        first.poll(packet -> Verdict.DROP, 1, 0);
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        Thread sender = new Thread(() -> {
            while (!isOver.get()) {
                try {
                    network.inject(answer());
                    sent.incrementAndGet();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        sender.start();
        first.close();
        for (int i = 0; i < 10; i++) {
            CaptureBackend next = network.open();
            Polls.packets(next, 10);
            next.close();
        }
        isOver.set(true);
        sender.join();
        assertTrue(sent.get() > 100, sent + " sent");
        assertTrue(network.escaped(NOTHING_MS).isEmpty());
    }

    @Test
    void shouldNameTheHolderOfTheDeviceToASecondOne() throws Exception {
        try (CaptureBackend first = network.open()) {
            BackendException refused = assertThrows(BackendException.class, network::open);
            assertEquals(BackendException.Kind.REFUSED, refused.kind());
            assertTrue(
                    refused.getMessage()
                            .matches("egress of device target0 is held by java \\(process "
                                    + ProcessHandle.current().pid()
                                    + "\\): stop it, or name other devices with --interface"),
                    refused.getMessage());
            assertTrue(shown().get(0)
                    .endsWith("  # java (process " + ProcessHandle.current().pid() + ") reads it"));
            network.inject(answer());
            assertEquals(1, Polls.packets(first, 1).size());
        }
        network.serve();
    }

    @Test
    void shouldLeaveOtherPeoplesFiltersAlone() throws Exception {
        network.exec("tc qdisc add dev target0 clsact");
        network.exec("tc filter add dev target0 egress pref 7 protocol all " + CLASSIC_BPF);
        network.exec("tc filter add dev target0 egress pref 1 protocol all " + CLASSIC_BPF);
        network.exec("tc filter add dev target0 ingress pref 1 protocol all " + CLASSIC_BPF);
        String before = listing();
        network.serve();
        network.serve();
        assertEquals(List.of(ANSWERS, REQUESTS), removed());
        assertEquals(before, listing());
    }

    @Test
    void shouldLeaveAnEmptyClsactThatWasThere() throws Exception {
        network.exec("tc qdisc add dev target0 clsact");
        network.serve();
        network.serve();
        removed();
        assertTrue(listing().contains("qdisc clsact"), listing());
    }

    @Test
    void shouldNameAFilterThatIsInItsPlace() throws Exception {
        network.exec("tc qdisc add dev target0 clsact");
        network.exec("tc filter add dev target0 egress pref 1 protocol ip " + CLASSIC_BPF);
        BackendException refused = assertThrows(BackendException.class, network::open);
        assertEquals(BackendException.Kind.REFUSED, refused.kind());
        assertTrue(
                refused.getMessage()
                        .endsWith(
                                "somebody else's filter has preference 1 there, see tc filter show dev target0 egress;"
                                        + " move it, or name other devices with --interface"),
                refused.getMessage());
        network.exec("tc filter del dev target0 egress pref 1");
        network.serve();
    }

    @Test
    void shouldGoOnStoppingWhatAFormerOneStoppedWhereAnotherDeviceRefuses() throws Exception {
        try (CaptureBackend former =
                network.open(Map.of(EbpfSettings.INTERFACE, "lo")).get(0)) {
            former.poll(packet -> Verdict.DROP, 1, 0);
        }
        network.exec("tc qdisc add dev target0 clsact");
        network.exec("tc filter add dev target0 egress pref 1 protocol ip " + CLASSIC_BPF);
        assertThrows(BackendException.class, () -> network.open(Map.of(EbpfSettings.INTERFACE, "lo,target0")));
        assertTrue(shown().stream().allMatch(line -> line.contains(" dev lo ")), shown().toString());
        assertEquals(2, shown().size(), shown().toString());
    }

    @Test
    void shouldTakeTheTimeOfNoRequestsWithoutFigures() throws Exception {
        network.serve();
        network.open(Map.of("--target-figures", "off")).get(0).close();
        assertEquals(List.of(ANSWERS + "  # nobody reads it"), shown());
        network.serve();
        assertEquals(List.of(ANSWERS, REQUESTS), removed());
    }

    /** The time of requests is not worth an end: answers are stopped all the same. */
    @Test
    void shouldStopAnswersWhereAnotherFilterIsInThePlaceForRequests() throws Exception {
        network.exec("tc qdisc add dev target0 clsact");
        network.exec("tc filter add dev target0 ingress pref 1 protocol ip " + CLASSIC_BPF);
        String before = listing();
        try (LogLines log = new LogLines(Attachments.class);
                CaptureBackend backend = network.open()) {
            network.inject(answer());
            assertEquals(1, Polls.packets(backend, 1).size());
            String line = log.next();
            assertTrue(
                    line.startsWith(
                            "WARNING the delay of first bytes is not measured for requests at the ingress of device target0"),
                    line);
            assertTrue(line.contains("see tc filter show dev target0 ingress"), line);
        }
        assertEquals(List.of(ANSWERS), removed());
        assertEquals(before, listing());
    }

    /** An answer of one on the way in, another's request on the same hook: neither takes the other's for its own. */
    @Test
    void shouldKeepBothDirectionsOfADeviceApart() throws Exception {
        try (CaptureBackend out = network.open();
                CaptureBackend in =
                        network.open(Map.of(EbpfSettings.DIRECTION, "ingress")).get(0)) {
            assertEquals(4, shown().size(), shown().toString());
            network.inject(answer());
            assertEquals(1, Polls.packets(out, 1).size());
            in.poll(packet -> Verdict.DROP, 1, 0);
            assertEquals(0, in.kernelStats().received());
        }
        assertEquals(4, removed().size());
        assertEquals(
                "",
                listing()
                        .lines()
                        .filter(line -> line.contains("clsact"))
                        .findFirst()
                        .orElse(""));
    }

    @Test
    void shouldTakeADeviceThatComesAndOneThatComesBack() throws Exception {
        try (CaptureBackend backend =
                network.open(Map.of(EbpfSettings.INTERFACE, "target0,lo")).get(0)) {
            backend.poll(packet -> Verdict.DROP, 1, 0);
            network.exec("ip link del target0");
            network.exec("ip link add target0 type veth peer name wire0");
            network.exec("ip link set target0 arp off");
            network.exec("ip address add 198.51.100.1/32 dev target0");
            network.exec("ip link set target0 up");
            network.exec("ip link set wire0 up");
            network.exec("ip route add 192.0.2.0/24 dev target0 src 198.51.100.1");
            awaitFilterOn("target0");
            network.inject(answer());
            assertEquals(1, Polls.packets(backend, 1).size());
        }
    }

    @Test
    void shouldReportThatSomebodyRemovedItsFilter() throws Exception {
        try (LogLines log = new LogLines(Attachments.class);
                CaptureBackend backend = network.open()) {
            backend.poll(packet -> Verdict.DROP, 1, 0);
            assertTrue(log.next().startsWith("INFO answers from port 8080 are stopped at the egress of target0"));
            network.exec("tc qdisc del dev target0 clsact");
            assertEquals(
                    "WARNING the filter at the egress of target0 was removed: answers by it pass, and reach clients; a restart of"
                            + " intercept attaches it again",
                    log.next());
            network.exec("ip link add other0 type veth peer name other1");
            network.exec("ip address add 10.1.1.1/32 dev other0");
            assertEquals(
                    "INFO answers are stopped at the egress of other0 too, which has come", log.next(), "said once");
        }
    }

    private void awaitFilterOn(String device) throws Exception {
        Await.until(
                "a filter on " + device, () -> shown().stream().anyMatch(line -> line.contains("dev " + device + " ")));
    }

    @Test
    void shouldNotTakeLoopbackUnlessAsked() throws Exception {
        try (CaptureBackend backend = network.open()) {
            assertEquals(2, shown().size(), shown().toString());
            assertTrue(shown().stream().allMatch(line -> line.contains(TestNetwork.TARGET_DEVICE)));
            assertEquals("ebpf:0", backend.lane());
        }
    }

    @Test
    void shouldRefuseADeviceThatIsNotThere() {
        BackendException refused = assertThrows(
                BackendException.class, () -> network.open(Map.of(EbpfSettings.INTERFACE, "target0,eth77")));
        assertEquals(BackendException.Kind.UNAVAILABLE, refused.kind());
        assertEquals("--interface eth77: there is no such device; there are: lo, wire0, target0", refused.getMessage());
    }
}
