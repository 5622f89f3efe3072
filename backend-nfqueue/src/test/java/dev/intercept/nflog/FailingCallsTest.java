package dev.intercept.nflog;

import dev.intercept.kit.FailingCallsRun;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.ReopeningBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/**
 * Each system call fails with each error, at start and while packets come, once or for ever: the backend goes on when the fault
 * has ended, or stops with a line that says why, in time.
 */
class FailingCallsTest {

    /** One backend and its group in the kernel. */
    private static final class Run extends FailingCallsRun implements FakeNetlink.Peer {

        private final FakeNetlink netlink = new FakeNetlink(this, faults::errno);
        private int owner;
        private int logged;

        Run(int seed) {
            super(seed, FakeNetlink.CALLS, 1, "(group 0|nflog:0).*");
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

        @Override
        protected ReopeningBackend open() throws BackendException {
            GroupSettings settings = GroupSettings.from(BackendOptions.defaults(GroupSettings.OPTIONS));
            return ReopeningBackend.open(new GroupOpener(netlink, settings)::open, netlink::nanoTime);
        }

        @Override
        protected void queuePacket() {
            netlink.deliver(
                    owner,
                    LogDatagram.of(logged, new PacketBuilder().sequence(logged).build()));
            logged++;
        }

        /** What is lost while the group is closed never comes. */
        @Override
        protected boolean isWaiting(int polls, int handed) {
            return handed == 0 && polls < 100;
        }

        @Override
        protected Kernel kernel() {
            return netlink;
        }
    }

    @Test
    void shouldGoOnOrEndWithALineWhateverCallFails() {
        FailingCallsRun.runAll(1_000, 40, Run::new);
    }
}
