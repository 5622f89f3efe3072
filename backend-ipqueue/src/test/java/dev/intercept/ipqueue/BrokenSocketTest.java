package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When polling again is useless, poll says so and what to do. */
class BrokenSocketTest {

    private static final SystemCalls CALLS = new JnrSystemCalls();
    private static final int WAIT_MS = 60_000;
    private static final int SMALL_BUFFER_BYTES = 2048;
    private static final int MORE_THAN_IT_HOLDS = 100;

    @Test
    void shouldNameTheUnloadedModuleWhenNobodyTakesVerdicts(@TempDir Path proc) throws Exception {
        FakeKernel kernel = FakeKernel.start(0, proc);
        try (IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            kernel.queue(Packets.numbered(1, 60));
            kernel.close();
            assertThrowsRefused(
                    "ip_queue takes no verdicts any more: ECONNREFUSED (111), module ip_queue was unloaded meanwhile: run"
                            + " \"modprobe ip_queue\"",
                    () -> backend.poll(packet -> Verdict.DROP, 64, WAIT_MS));
        }
    }

    @Test
    void shouldNotWaitForEverForAKernelThatTakesNoVerdicts() throws Exception {
        NetlinkSocket deaf = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        NetlinkSocket socket = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        try {
            socket.connect(deaf.portId());
            deaf.enlargeReceiveBuffer(2 * SMALL_BUFFER_BYTES);
            socket.limitSendTime(1);
            VerdictBatch verdicts = new VerdictBatch(socket, MORE_THAN_IT_HOLDS);
            for (int i = 0; i < MORE_THAN_IT_HOLDS; i++) {
                verdicts.addDrop(i);
            }
            assertThrowsRefused(
                    "ip_queue takes no verdicts any more: EAGAIN (11); the kernel log (dmesg) may say why",
                    verdicts::flush);
        } finally {
            socket.close();
            deaf.close();
        }
    }

    @Test
    void shouldSayThatReceivingFailed() throws Exception {
        NetlinkSocket socket = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        Inbox inbox = new Inbox(socket, 1, 128, new MessageCounters());
        socket.close();
        assertThrowsRefused(
                "receiving from ip_queue failed with EBADF (9); the kernel log (dmesg) may say why",
                () -> inbox.fetch(1));
    }

    @Test
    void shouldTakeAPositivePortIdWhenTheAutomaticOneIsNegative() throws Exception {
        NetlinkSocket first = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        NetlinkSocket second = new NetlinkSocket(CALLS, FakeKernel.NETLINK_USERSOCK);
        NetlinkSocket third = NetlinkSocket.withPositivePort(CALLS, FakeKernel.NETLINK_USERSOCK);
        NetlinkSocket fourth = NetlinkSocket.withPositivePort(CALLS, FakeKernel.NETLINK_USERSOCK);
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
