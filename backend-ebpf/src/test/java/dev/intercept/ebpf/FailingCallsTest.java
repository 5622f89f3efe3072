package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.bpf.Descriptors;
import dev.intercept.bpf.FailingCalls;
import dev.intercept.kit.Await;
import dev.intercept.kit.LogLines;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.SeededFaults;
import dev.intercept.netlink.Errno;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.RouteListener;
import dev.intercept.spi.Verdict;
import dev.intercept.tc.FailingDeviceCalls;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each call of the C library fails with each error, at start and while packets come, once or for ever, on the real kernel: no
 * answer escapes, each header comes or is counted as lost, or the start fails with one line and leaves nothing open.
 */
class FailingCallsTest {

    /** Each call with every other error in turn. */
    private static final int STARTS = 17 * 16;

    private static final int RUNS = 2_500;
    private static final int DEVICES = 5;
    private static final int BATCH_PACKETS = 3;
    private static final int CLIENT_ADDRESS = 0xc000_0201;
    private static final int CLIENT_PORT = 10_000;
    private static final int TARGET_ADDRESS = 0xc633_6401;
    private static final List<String> CALLS = Stream.of(
                    FailingCalls.NAMES, FailingDeviceCalls.NAMES, List.of(SeededFaults.ANY))
            .flatMap(List::stream)
            .toList();

    private final Map<String, Integer> ends = new TreeMap<>();
    private FilteredNetwork network;
    private SeededFaults faults;
    private ToIntFunction<String> failing = call -> 0;
    private Descriptors descriptors;
    private String name = "";
    private int injected;
    private int handed;
    private int polls;

    @BeforeEach
    void layOut() throws Exception {
        network = new FilteredNetwork();
        descriptors = new Descriptors(call -> failing.applyAsInt(call));
        FailingCalls.begin(descriptors);
        FailingDeviceCalls.begin(descriptors);
    }

    @AfterEach
    void close() {
        FailingCalls.end();
        FailingDeviceCalls.end();
        network.close();
    }

    private void fail(int seed, List<String> calls) {
        descriptors.forget();
        faults = new SeededFaults(seed, calls);
        failing = faults::errno;
        name = "run " + seed + ": " + faults;
    }

    /** Polls on a thread in the namespace, as the engine's threads are. */
    private void bring(CaptureBackend backend, int packets) throws Exception {
        for (int i = 0; i < packets; i++) {
            network.inject(new PacketBuilder().to("192.0.2.1", CLIENT_PORT).build());
        }
        injected += packets;
        network.namespace()
                .run(() -> Await.until(
                        () -> name + ": " + handed + " of " + injected + "; " + descriptors.failed(),
                        () -> isBrought(backend)));
        assertTrue(network.escaped(0).isEmpty(), name + ": an answer escaped");
    }

    private boolean isBrought(CaptureBackend backend) throws BackendException {
        backend.poll(
                packet -> {
                    handed++;
                    return Verdict.DROP;
                },
                64,
                polls++ % 4 == 0 ? 1 : 0);
        return handed == injected;
    }

    private void assertNothingIsOpen() {
        assertEquals(Set.of(), descriptors.open(), () -> name + ": left open; " + descriptors.failed());
    }

    @Test
    void shouldStartOrNotStartWithALineWhateverCallFails() throws Exception {
        for (int seed = 0; seed < STARTS; seed += 2) {
            fail(seed, CALLS);
            try (CaptureBackend backend = network.open(Map.of()).get(0)) {
                faults.begin();
                bring(backend, BATCH_PACKETS);
                ends.merge("started", 1, Integer::sum);
            } catch (BackendException e) {
                assertEquals(1, e.getMessage().lines().count(), name + ": " + e.getMessage());
                ends.merge("did not start", 1, Integer::sum);
            }
            assertNothingIsOpen();
        }
        assertTrue(ends.getOrDefault("started", 0) > STARTS / 6, ends::toString);
        assertTrue(ends.getOrDefault("did not start", 0) > STARTS / 40, ends::toString);
    }

    @Test
    void shouldStopEachAnswerAndBringItsHeaderWhateverCallFailsMeanwhile() throws Exception {
        try (CaptureBackend backend =
                network.open(Map.of(EbpfSettings.STOP, "replayed")).get(0)) {
            RouteListener routes = backend.routeListener().orElseThrow();
            for (int seed = 0; seed < RUNS; seed++) {
                fail(seed, CALLS);
                faults.begin();
                routes.onRoute(CLIENT_ADDRESS, CLIENT_PORT, TARGET_ADDRESS, 8080, true);
                bring(backend, BATCH_PACKETS);
                routes.onRoute(CLIENT_ADDRESS, CLIENT_PORT, TARGET_ADDRESS, 8080, false);
            }
            assertEquals(0, backend.kernelStats().lost(EbpfLane.RING_FULL));
        }
        assertNothingIsOpen();
    }

    @Test
    void shouldLookForHeadersWithoutAWaitWhereWaitingFails() throws Exception {
        try (LogLines log = new LogLines(EbpfLane.class);
                CaptureBackend backend = network.open(Map.of()).get(0)) {
            failing = call -> call.equals("epoll_wait") ? Errno.EBADF : 0;
            backend.poll(packet -> Verdict.DROP, 1, 10);
            bring(backend, BATCH_PACKETS);
            assertEquals(
                    List.of(
                            "WARNING ebpf:0: waiting for headers failed: EBADF (9); they are looked for every millisecond"
                                    + " instead"),
                    log.lines());
        }
    }

    @Test
    void shouldStopAllAnswersWhileTheKernelTakesNoRoute() throws Exception {
        try (LogLines log = new LogLines(KernelRoutes.class);
                CaptureBackend backend =
                        network.open(Map.of(EbpfSettings.STOP, "replayed")).get(0)) {
            failing = call -> call.equals("bpf") ? Errno.ENOMEM : 0;
            RouteListener routes = backend.routeListener().orElseThrow();
            routes.onRoute(CLIENT_ADDRESS, CLIENT_PORT, TARGET_ADDRESS, 8080, true);
            bring(backend, BATCH_PACKETS);
            assertEquals(BATCH_PACKETS, backend.kernelStats().lost(EbpfLane.ROUTES_FULL));
            assertEquals(1, log.lines().size(), log.lines().toString());
            assertTrue(log.lines().get(0).startsWith("WARNING the kernel takes no more routes (error 12): "));
        }
    }

    @Test
    void shouldSayThatAnswersGoOnBeingStoppedWhereTheKernelKeepsARoute() throws Exception {
        try (LogLines log = new LogLines(KernelRoutes.class);
                CaptureBackend backend =
                        network.open(Map.of(EbpfSettings.STOP, "replayed")).get(0)) {
            RouteListener routes = backend.routeListener().orElseThrow();
            routes.onRoute(CLIENT_ADDRESS, CLIENT_PORT, TARGET_ADDRESS, 8080, true);
            failing = call -> call.equals("bpf") ? Errno.EBADF : 0;
            routes.onRoute(CLIENT_ADDRESS, CLIENT_PORT, TARGET_ADDRESS, 8080, false);
            bring(backend, BATCH_PACKETS);
            assertEquals(
                    List.of(
                            "WARNING the kernel keeps a route whose session has ended (error 9): answers of such sessions go"
                                    + " on being stopped until intercept starts anew"),
                    log.lines());
        }
    }

    @Test
    void shouldTakeADeviceThatComesWhateverCallFailsMeanwhile() throws Exception {
        try (CaptureBackend backend = network.open(Map.of()).get(0)) {
            bring(backend, 1);
            for (int seed = 0; seed < DEVICES; seed++) {
                fail(seed, FailingDeviceCalls.NAMES);
                faults.begin();
                network.exec("ip link add late0 type veth peer name late1");
                network.exec("ip address add 203.0.113.1/32 dev late0");
                bring(backend, 1);
                faults.end();
                Await.until(
                        () -> name + ": no filter; " + descriptors.failed(),
                        () -> network.exec("tc filter show dev late0 egress").contains("intercept"));
                network.exec("ip link del late0");
            }
        }
        assertNothingIsOpen();
    }
}
