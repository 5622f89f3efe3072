package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.SeededFaults;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each system call fails with each error, at start and while packets come, once or for ever: every packet has had one verdict,
 * or the backend has ended with a line that says why, in time.
 */
class FailingCallsTest {

    private static final int RUNS = 2_000;
    private static final int BATCHES = 12;
    private static final int BATCH_PACKETS = 7;
    private static final int PAUSE_MS = 700;
    private static final long DEADLINE_NS = 10_000_000_000L;
    private static final int COPY_RANGE_BYTES = 128;

    @TempDir
    Path proc;

    private final Map<String, Integer> ends = new TreeMap<>();

    /** One backend, its kernel, and what becomes of the packets. */
    private final class Run implements FakeNetlink.Peer {

        private final SeededFaults faults;
        private final FakeNetlink netlink;
        private final FakeIpQueue kernel;
        private final List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
        private final Map<Integer, Verdict> wanted = new HashMap<>();
        private final String name;
        private int polls;
        private long handedNs;

        Run(int seed) {
            faults = new SeededFaults(seed, FakeNetlink.CALLS);
            netlink = new FakeNetlink(this, faults::errno);
            kernel = new FakeIpQueue(WordSize.BITS_64, netlink::deliver);
            name = "run " + seed + ": " + faults;
        }

        @Override
        public void receive(int portId, byte[] datagram) {
            kernel.receive(datagram, portId);
        }

        @Override
        public void closed(int portId) {
            kernel.portClosed(portId);
        }

        void run() {
            try {
                KernelEndpoint endpoint = new KernelEndpoint(KernelEndpoint.NETLINK_FIREWALL, 0, proc);
                poll(ReopeningBackend.open(
                        () -> IpQueueBackend.open(netlink, endpoint, COPY_RANGE_BYTES), netlink::nanoTime));
            } catch (BackendException e) {
                assertEnded("did not start", e);
            }
            assertTrue(verdicts.stream().allMatch(CompletableFuture::isDone), name + ": packets without a verdict");
            assertTrue(netlink.open().isEmpty(), name + ": open descriptors " + netlink.open());
        }

        private void poll(CaptureBackend backend) {
            faults.begin();
            try {
                for (int batch = 0; batch < BATCHES; batch++) {
                    handOver(backend, BATCH_PACKETS);
                    netlink.passMs(PAUSE_MS);
                }
                faults.end();
                netlink.passMs(ReopeningBackend.GIVE_UP_S * 1_000L);
                backend.poll(packet -> Verdict.DROP, 64, 0);
                int before = wanted.size();
                handOver(backend, 1);
                assertEquals(before + 1, wanted.size(), name + ": it does not go on when the fault is over");
                wanted.forEach(this::assertNotEscaped);
                ends.merge("went on", 1, Integer::sum);
            } catch (BackendException e) {
                assertEnded("ended", e);
            } finally {
                backend.close();
            }
        }

        private void handOver(CaptureBackend backend, int packets) throws BackendException {
            for (int i = 0; i < packets; i++) {
                verdicts.add(kernel.queue(Packets.numbered(verdicts.size(), 60)));
            }
            long begunNs = netlink.nanoTime();
            do {
                backend.poll(packet -> judge(Packets.number(packet)), 64, polls++ % 4 == 0 ? 1 : 0);
                netlink.passMs(10);
                assertTrue(netlink.nanoTime() - begunNs < DEADLINE_NS, name + ": hangs, " + netlink.failed());
            } while (kernel.length() > 0);
        }

        private Verdict judge(int number) {
            handedNs = netlink.nanoTime();
            Verdict verdict = number % 3 == 0 ? Verdict.ACCEPT : Verdict.DROP;
            wanted.put(number, verdict);
            return verdict;
        }

        private void assertNotEscaped(int number, Verdict verdict) {
            int had = verdicts.get(number).join();
            assertTrue(had == verdict.ordinal() || had == 0, name + ": packet " + number + " escaped");
        }

        private void assertEnded(String how, BackendException e) {
            assertTrue(e.getMessage().contains("ip_queue"), name + ": " + e);
            assertFalse(e.getMessage().contains("\n"), name + ": " + e);
            assertTrue(netlink.nanoTime() - handedNs < DEADLINE_NS, name + ": ended late");
            ends.merge(how, 1, Integer::sum);
        }
    }

    @Test
    void shouldGiveEachPacketOneVerdictOrEndWithALineWhateverCallFails() {
        for (int seed = 0; seed < RUNS; seed++) {
            new Run(seed).run();
        }
        assertTrue(ends.getOrDefault("went on", 0) > RUNS / 3, ends::toString);
        assertTrue(ends.getOrDefault("did not start", 0) > RUNS / 20, ends::toString);
        assertTrue(ends.getOrDefault("ended", 0) > RUNS / 100, ends::toString);
    }
}
