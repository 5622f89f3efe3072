package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.FailingCallsRun;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each system call fails with each error, at start and while packets come, once or for ever: every packet has had one verdict,
 * or the backend stops with a line that says why, in time.
 */
class FailingCallsTest {

    private static final int COPY_RANGE_BYTES = 128;

    @TempDir
    Path proc;

    /** One backend, its kernel, and what becomes of the packets. */
    private final class Run extends FailingCallsRun implements FakeNetlink.Peer {

        private final FakeNetlink netlink = new FakeNetlink(this, faults::errno);
        private final FakeIpQueue kernel = new FakeIpQueue(WordSize.BITS_64, netlink::deliver);
        private final List<CompletableFuture<Integer>> verdicts = new ArrayList<>();

        Run(int seed) {
            super(seed, FakeNetlink.CALLS, 7, ".*ip_queue.*");
        }

        @Override
        public void receive(int portId, byte[] datagram) {
            kernel.receive(datagram, portId);
        }

        @Override
        public void closed(int portId) {
            kernel.portClosed(portId);
        }

        @Override
        protected ReopeningBackend open() throws BackendException {
            KernelEndpoint endpoint = new KernelEndpoint(KernelEndpoint.NETLINK_FIREWALL, 0, proc);
            return ReopeningBackend.open(
                    () -> IpQueueBackend.open(netlink, endpoint, COPY_RANGE_BYTES), netlink::nanoTime);
        }

        @Override
        protected void queuePacket() {
            verdicts.add(kernel.queue(Packets.numbered(verdicts.size(), 60)));
        }

        @Override
        protected int number(ByteBuffer packet) {
            return Packets.number(packet);
        }

        @Override
        protected boolean isWaiting(int polls, int handed) {
            return kernel.length() > 0;
        }

        @Override
        protected void assertNotEscaped(int number, Verdict verdict) {
            int had = verdicts.get(number).join();
            assertTrue(had == verdict.ordinal() || had == 0, name + ": packet " + number + " escaped");
        }

        @Override
        protected String run() {
            String end = super.run();
            assertTrue(verdicts.stream().allMatch(CompletableFuture::isDone), name + ": packets without a verdict");
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
