package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.FakeNetlink;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class QueueRefusalTest {

    /** Number of the first request. */
    private static final int PF_BIND = 1;

    private static final int MAXLEN = 3;

    private static Throwable refusal(int request, int errno) throws Exception {
        try (FakeKernel kernel = new FakeKernel().refusing(request, errno)) {
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> kernel.open(new JnaSystemCalls(), Map.of()));
            return failed.getCause();
        }
    }

    private static void assertRefused(Kind kind, String message, int errno) throws Exception {
        BackendException refused = (BackendException) refusal(PF_BIND, errno);
        assertEquals(message, refused.getMessage());
        assertSame(kind, refused.kind());
    }

    @Test
    void shouldNameIpQueueWhenItHasThePackets() throws Exception {
        assertRefused(
                Kind.REFUSED,
                "queue 0: ip_queue has the packets of all queues: use --backend=ipqueue, or stop its program and"
                        + " modprobe -r ip_queue",
                Errno.EBUSY);
    }

    @Test
    void shouldNameTheModuleWhenTheKernelDoesNotKnowTheSubsystem() throws Exception {
        assertRefused(
                Kind.UNAVAILABLE,
                "queue 0: this kernel has no NFQUEUE (CONFIG_NETFILTER_NETLINK_QUEUE): modprobe nfnetlink_queue",
                Errno.EINVAL);
    }

    @Test
    void shouldNotMindThatTheHandlerIsThereAlready() throws Exception {
        try (FakeKernel kernel = new FakeKernel().refusing(PF_BIND, Errno.EEXIST)) {
            kernel.open(new JnaSystemCalls(), Map.of()).close();
        }
    }

    /** The clock is the kernel's in memory, in which a wait takes its whole time at once. */
    @Test
    void shouldEndTheStartWhenTheKernelDoesNotAnswer() throws Exception {
        FakeNetlink.Peer silent = new FakeNetlink.Peer() {
            @Override
            public void receive(int portId, byte[] datagram) {}

            @Override
            public void closed(int portId) {}
        };
        FakeNetlink netlink = new FakeNetlink(silent, call -> 0);
        QueueOpener opener = new QueueOpener(netlink, QueueFixture.settings(Map.of()), 0);
        BackendException refused = assertThrows(BackendException.class, opener::open);
        assertTrue(
                refused.getMessage().contains("queue 0: waiting for the answer to ")
                        && refused.getMessage().contains(" failed: EAGAIN (11)"),
                refused.getMessage());
        assertEquals(2, netlink.nanoTime() / 1_000_000_000);
        assertTrue(netlink.open().isEmpty());
    }

    @Test
    void shouldNameTheRequestThatFailed() throws Exception {
        SystemCallException failed = (SystemCallException) refusal(MAXLEN, Errno.EOPNOTSUPP);
        assertEquals("queue 0: NFQA_CFG_QUEUE_MAXLEN failed: EOPNOTSUPP (95)", failed.getMessage());
        BackendException refused = QueueRefusal.explain(0, failed);
        assertSame(Kind.REFUSED, refused.kind());
        assertEquals(
                "queue 0 cannot be opened: queue 0: NFQA_CFG_QUEUE_MAXLEN failed: EOPNOTSUPP (95); dmesg may say more,"
                        + " another queue is tried with --queue N",
                refused.getMessage());
    }

    @Test
    void shouldNameTheKernelOptionWhenThereAreNoSuchSockets() {
        BackendException refused = QueueRefusal.explain(3, new SystemCallException("socket", Errno.EPROTONOSUPPORT));
        assertSame(Kind.UNAVAILABLE, refused.kind());
        assertEquals(
                "queue 3: this kernel has no nfnetlink sockets (CONFIG_NETFILTER_NETLINK): modprobe nfnetlink_queue",
                refused.getMessage());
    }
}
