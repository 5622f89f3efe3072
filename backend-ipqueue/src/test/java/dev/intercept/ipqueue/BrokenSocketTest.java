package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When polling again is useless, poll says so and what to do. */
class BrokenSocketTest {

    private static final int WAIT_MS = 5000;
    private static final int SMALL_BUFFER_BYTES = 2048;
    private static final int MORE_THAN_IT_HOLDS = 100;

    @Test
    void shouldNameTheUnloadedModuleWhenNobodyTakesVerdicts(@TempDir Path proc) throws Exception {
        FakeKernel kernel = FakeKernel.start(0, proc);
        try (IpQueueBackend backend = IpQueueBackend.open(kernel.endpoint(), 128)) {
            kernel.queue(Packets.numbered(1, 60));
            kernel.close();
            assertThrowsRefused(
                    "ip_queue takes no verdicts any more: ECONNREFUSED (111), module ip_queue was unloaded under way: run"
                            + " \"modprobe ip_queue\" and start intercept again",
                    () -> backend.poll(packet -> Verdict.DROP, 64, WAIT_MS));
        }
    }

    @Test
    void shouldNotWaitForEverForAKernelThatTakesNoVerdicts() throws Exception {
        NetlinkSocket deaf = NetlinkSocket.bound(FakeKernel.NETLINK_USERSOCK, 0);
        NetlinkSocket socket = NetlinkSocket.open(FakeKernel.NETLINK_USERSOCK, deaf.portId());
        try {
            deaf.setReceiveBuffer(SMALL_BUFFER_BYTES);
            socket.setSendTimeout(Native.wordSize());
            MessageCounters counters = new MessageCounters();
            VerdictBatch verdicts = new VerdictBatch(socket, Native.wordSize(), MORE_THAN_IT_HOLDS, counters);
            for (int i = 0; i < MORE_THAN_IT_HOLDS; i++) {
                verdicts.addDrop(i);
            }
            assertThrowsRefused(
                    "ip_queue takes no verdicts any more: EAGAIN (11) after 1 s: start intercept again, and see the kernel"
                            + " log (dmesg)",
                    verdicts::flush);
        } finally {
            socket.close();
            deaf.close();
        }
    }

    @Test
    void shouldSayThatReceivingFailed() throws Exception {
        NetlinkSocket socket = NetlinkSocket.bound(FakeKernel.NETLINK_USERSOCK, 0);
        Inbox inbox = new Inbox(socket, Native.wordSize(), 1, 128, new MessageCounters());
        socket.close();
        assertThrowsRefused(
                "receiving from ip_queue failed with errno 9: no more packets can come; start intercept again, and see the"
                        + " kernel log (dmesg)",
                () -> inbox.fetch(1));
    }

    @Test
    void shouldTakeAPositivePortIdWhenTheAutomaticOneIsNegative() throws Exception {
        NetlinkSocket first = NetlinkSocket.bound(FakeKernel.NETLINK_USERSOCK, 0);
        NetlinkSocket second = NetlinkSocket.bound(FakeKernel.NETLINK_USERSOCK, 0);
        NetlinkSocket third = NetlinkSocket.open(FakeKernel.NETLINK_USERSOCK, 0);
        NetlinkSocket fourth = NetlinkSocket.open(FakeKernel.NETLINK_USERSOCK, 0);
        try {
            assertTrue(second.portId() < 0, "the reason for all this");
            assertTrue(third.portId() > 0);
            assertTrue(fourth.portId() > 0);
            assertTrue(third.portId() != fourth.portId());
        } finally {
            first.close();
            second.close();
            third.close();
            fourth.close();
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void assertThrowsRefused(String message, Action action) {
        BackendException e = assertThrows(BackendException.class, action::run);
        assertEquals(message, e.getMessage());
        assertSame(BackendException.Kind.REFUSED, e.kind());
    }
}
