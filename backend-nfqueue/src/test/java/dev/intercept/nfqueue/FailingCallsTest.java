package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.SeededFaults;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
    private static final int TCP_SEQUENCE_OFFSET = 24;
    private static final int NFQA_CFG_PARAMS = 2;

    private final Map<String, Integer> ends = new TreeMap<>();

    /** One backend, its queue in the kernel, and what becomes of the packets. What the queue holds when its owner goes is dropped. */
    private final class Run implements FakeNetlink.Peer {

        private final SeededFaults faults;
        private final FakeNetlink netlink;
        private final Map<Integer, Verdict> verdicts = new TreeMap<>();
        private final Set<Integer> waiting = new LinkedHashSet<>();
        private final Map<Integer, Verdict> wanted = new HashMap<>();
        private final String name;
        private int owner;
        private int lastId;
        private int polls;
        private long handedNs;

        Run(int seed) {
            faults = new SeededFaults(seed, FakeNetlink.CALLS);
            netlink = new FakeNetlink(this, faults::errno);
            name = "run " + seed + ": " + faults;
        }

        @Override
        public void receive(int portId, byte[] datagram) {
            ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
            for (int at = 0; at < datagram.length; at += NetlinkHeader.length(in, at)) {
                int errno = act(portId, in, at);
                if (errno != 0 || (NetlinkHeader.flags(in, at) & NetlinkHeader.NLM_F_ACK) != 0) {
                    netlink.deliver(portId, FakePeer.error(NetlinkHeader.sequence(in, at), errno));
                }
            }
        }

        private int act(int portId, ByteBuffer in, int at) {
            return switch (NetlinkHeader.type(in, at) & 0xff) {
                case QueueProtocol.NFQNL_MSG_CONFIG -> {
                    owner = in.getShort(at + NetfilterHeader.BYTES + 2) == NFQA_CFG_PARAMS ? portId : owner;
                    yield 0;
                }
                case QueueProtocol.NFQNL_MSG_VERDICT_BATCH -> judge(in, at);
                default -> Errno.EINVAL;
            };
        }

        private int judge(ByteBuffer in, int at) {
            int id = NetworkOrder.int32(in, at + 28);
            Verdict verdict = Verdict.values()[NetworkOrder.int32(in, at + 24)];
            List<Integer> judged = waiting.stream().filter(waits -> waits <= id).toList();
            judged.forEach(waits -> end(waits, verdict));
            return judged.isEmpty() ? Errno.ENOENT : 0;
        }

        private void end(int id, Verdict verdict) {
            waiting.remove(id);
            assertNull(verdicts.put(id, verdict), name + ": a second verdict for packet " + id);
        }

        @Override
        public void closed(int portId) {
            if (portId == owner) {
                owner = 0;
                List.copyOf(waiting).forEach(id -> end(id, Verdict.DROP));
            }
        }

        private void queuePacket() {
            int id = ++lastId;
            waiting.add(id);
            byte[] packet = new PacketBuilder().sequence(id).build();
            if (owner == 0 || !netlink.deliver(owner, PacketDatagram.ipv4(id, packet))) {
                end(id, Verdict.DROP);
            }
        }

        void run() {
            try {
                QueueOpener opener = new QueueOpener(netlink, QueueFixture.settings(Map.of()), 0);
                poll(ReopeningBackend.open(opener::open, netlink::nanoTime));
            } catch (BackendException e) {
                assertEnded("did not start", e);
            }
            assertEquals(lastId, verdicts.size(), name + ": packets without a verdict " + waiting);
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
                queuePacket();
            }
            long begunNs = netlink.nanoTime();
            do {
                backend.poll(
                        packet -> judge(packet.getInt(packet.position() + TCP_SEQUENCE_OFFSET)),
                        64,
                        polls++ % 4 == 0 ? 1 : 0);
                netlink.passMs(10);
                assertTrue(netlink.nanoTime() - begunNs < DEADLINE_NS, name + ": hangs, " + netlink.failed());
            } while (!waiting.isEmpty());
        }

        private Verdict judge(int number) {
            handedNs = netlink.nanoTime();
            Verdict verdict = number % 3 == 0 ? Verdict.ACCEPT : Verdict.DROP;
            wanted.put(number, verdict);
            return verdict;
        }

        private void assertNotEscaped(int number, Verdict verdict) {
            Verdict had = verdicts.get(number);
            assertTrue(had == verdict || had == Verdict.DROP, name + ": packet " + number + " escaped");
        }

        private void assertEnded(String how, BackendException e) {
            assertTrue(e.getMessage().matches("(queue 0|nfqueue:0)[^\\n]*"), name + ": " + e);
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
