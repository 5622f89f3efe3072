package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.FailingCallsRun;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Each system call fails with each error, at start and while packets come, once or for ever: every packet has had one verdict,
 * or the backend stops with a line that says why, in time.
 */
class FailingCallsTest {

    private static final int NFQA_CFG_PARAMS = 2;

    /** One backend, its queue in the kernel, and what becomes of the packets. What the queue holds when its owner goes is dropped. */
    private static final class Run extends FailingCallsRun implements FakeNetlink.Peer {

        private final FakeNetlink netlink = new FakeNetlink(this, faults::errno);
        private final Map<Integer, Verdict> verdicts = new TreeMap<>();
        private final Set<Integer> waiting = new LinkedHashSet<>();
        private int owner;
        private int lastId;

        Run(int seed) {
            super(seed, FakeNetlink.CALLS, 7, "(queue 0|nfqueue:0).*");
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

        @Override
        protected ReopeningBackend open() throws BackendException {
            QueueOpener opener = new QueueOpener(netlink, QueueFixture.settings(Map.of()), 0);
            return ReopeningBackend.open(opener::open, netlink::nanoTime);
        }

        @Override
        protected void queuePacket() {
            int id = ++lastId;
            waiting.add(id);
            byte[] packet = new PacketBuilder().sequence(id).build();
            if (owner == 0 || !netlink.deliver(owner, PacketDatagram.ipv4(id, packet))) {
                end(id, Verdict.DROP);
            }
        }

        @Override
        protected boolean isWaiting(int polls, int handed) {
            return !waiting.isEmpty();
        }

        @Override
        protected void assertNotEscaped(int number, Verdict verdict) {
            Verdict had = verdicts.get(number);
            assertTrue(had == verdict || had == Verdict.DROP, name + ": packet " + number + " escaped");
        }

        @Override
        protected String run() {
            String end = super.run();
            assertEquals(lastId, verdicts.size(), name + ": packets without a verdict " + waiting);
            return end;
        }

        @Override
        protected Kernel kernel() {
            return netlink;
        }
    }

    @Test
    void shouldGiveEachPacketOneVerdictOrEndWithALineWhateverCallFails() {
        FailingCallsRun.runAll(2_000, 20, Run::new);
    }
}
