package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.SeededFaults;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.ReopeningBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Each system call fails with each error, at start and while packets come, once or for ever: the backend goes on when the fault
 * is over, or has ended with a line that says why, in time.
 */
class FailingCallsTest {

    private static final int RUNS = 1_000;
    private static final int BATCHES = 12;
    private static final int PAUSE_MS = 700;
    private static final long DEADLINE_NS = 10_000_000_000L;

    private final Map<String, Integer> ends = new TreeMap<>();

    /** One backend and its group in the kernel. */
    private final class Run implements FakeNetlink.Peer {

        private final SeededFaults faults;
        private final FakeNetlink netlink;
        private final String name;
        private int owner;
        private int logged;
        private int handed;
        private long handedNs;

        Run(int seed) {
            faults = new SeededFaults(seed, FakeNetlink.CALLS);
            netlink = new FakeNetlink(this, faults::errno);
            name = "run " + seed + ": " + faults;
        }

        @Override
        public void receive(int portId, byte[] datagram) {
            ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
            if ((NetlinkHeader.flags(in, 0) & NetlinkHeader.NLM_F_ACK) != 0) {
                owner = portId;
                netlink.deliver(portId, FakePeer.error(NetlinkHeader.sequence(in, 0), 0));
            }
        }

        @Override
        public void closed(int portId) {
            owner = portId == owner ? 0 : owner;
        }

        void run() throws BackendException {
            GroupSettings settings = GroupSettings.from(BackendOptions.defaults(GroupSettings.OPTIONS));
            try {
                poll(ReopeningBackend.open(new GroupOpener(netlink, settings)::open, netlink::nanoTime));
            } catch (BackendException e) {
                assertEnded("did not start", e);
            }
            assertTrue(netlink.open().isEmpty(), name + ": open descriptors " + netlink.open());
        }

        private void poll(CaptureBackend backend) {
            faults.begin();
            try {
                for (int batch = 0; batch < BATCHES; batch++) {
                    log(backend);
                    netlink.passMs(PAUSE_MS);
                }
                faults.end();
                netlink.passMs(ReopeningBackend.GIVE_UP_S * 1_000L);
                backend.poll(packet -> Verdict.DROP, 64, 0);
                int before = handed;
                log(backend);
                assertEquals(before + 1, handed, name + ": it does not go on when the fault is over");
                ends.merge("went on", 1, Integer::sum);
            } catch (BackendException e) {
                assertEnded("ended", e);
            } finally {
                backend.close();
            }
        }

        /** Logs a packet and polls until it came, or a second has passed. */
        private void log(CaptureBackend backend) throws BackendException {
            netlink.deliver(owner, LogDatagram.of(logged++, new PacketBuilder().build()));
            int before = handed;
            for (int polls = 0; polls < 100 && handed == before; polls++) {
                backend.poll(packet -> count(), 64, polls % 4 == 0 ? 1 : 0);
                netlink.passMs(10);
            }
        }

        private Verdict count() {
            handed++;
            handedNs = netlink.nanoTime();
            return Verdict.DROP;
        }

        private void assertEnded(String how, BackendException e) {
            assertTrue(e.getMessage().matches("(group 0|nflog:0)[^\n]*"), name + ": " + e);
            assertTrue(netlink.nanoTime() - handedNs < DEADLINE_NS, name + ": ended late");
            ends.merge(how, 1, Integer::sum);
        }
    }

    @Test
    void shouldGoOnOrEndWithALineWhateverCallFails() throws BackendException {
        for (int seed = 0; seed < RUNS; seed++) {
            new Run(seed).run();
        }
        assertTrue(ends.getOrDefault("went on", 0) > RUNS / 3, ends::toString);
        assertTrue(ends.getOrDefault("did not start", 0) > RUNS / 40, ends::toString);
        assertTrue(ends.getOrDefault("ended", 0) > RUNS / 100, ends::toString);
    }
}
