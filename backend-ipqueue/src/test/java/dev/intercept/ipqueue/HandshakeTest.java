package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How ip_queue can refuse a listener, and what is reported to the user. */
class HandshakeTest {

    private FakeKernel kernel;

    @BeforeEach
    void start(@TempDir Path proc) throws Exception {
        kernel = FakeKernel.start(0, proc);
    }

    @AfterEach
    void stop() {
        kernel.close();
    }

    @Test
    void shouldNameCapNetAdminOnEperm() {
        kernel.ipQueue().refuseAll();
        assertRefused(
                BackendException.Kind.NO_PERMISSION,
                "ip_queue refused the mode message with EPERM (1): CAP_NET_ADMIN is missing. Run intercept as root, or with"
                        + " AmbientCapabilities=CAP_NET_ADMIN in its systemd unit");
    }

    @Test
    void shouldNameTheProcessThatListensOnEbusy() {
        // Process 54 listens; like the real kernel, the stand-in does not ask whether that port is bound.
        kernel.ipQueue()
                .receive(FakeMessages.mode(54, 2, 128), kernel.endpoint().portId());
        kernel.publish();
        kernel.writeProc("54/comm", "old-intercept\n");
        assertRefused(
                BackendException.Kind.REFUSED,
                "ip_queue is taken (EBUSY (16) to the mode message): process 54 (old-intercept) listens to it;"
                        + " stop that one first: kill 54");
    }

    @Test
    void shouldNameThePortIdOfAListenerThatIsNoProcess() throws Exception {
        try (IpQueueBackend first = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            kernel.publish();
            int port = kernel.ipQueue().peer();
            assertRefused(
                    BackendException.Kind.REFUSED,
                    "ip_queue is taken (EBUSY (16) to the mode message): its listener has netlink port id " + port
                            + " (/proc/net/ip_queue), which is no process id; find it in /proc/net/netlink, Eth 3");
            CompletableFuture<Integer> verdict = kernel.queue(Packets.numbered(1, 60));
            first.poll(packet -> Verdict.ACCEPT, 64, 5000);
            assertEquals(1, verdict.join(), "the first listener is undisturbed");
        }
    }

    @Test
    void shouldNameTheNamespaceOnEconnrefused() {
        KernelEndpoint nobody = new KernelEndpoint(
                FakeKernel.NETLINK_USERSOCK, 0x7fff_0000, kernel.endpoint().proc());
        BackendException e =
                assertThrows(BackendException.class, () -> IpQueueBackend.open(new JnrSystemCalls(), nobody, 128));
        assertSame(BackendException.Kind.UNAVAILABLE, e.kind());
        assertEquals(
                "nobody in this network namespace answers to ip_queue (ECONNREFUSED (111) to the mode message): it serves"
                        + " only the first one, so start intercept outside of containers, \"ip netns exec\" and"
                        + " \"unshare -n\"; or use --backend=nfqueue",
                e.getMessage());
    }

    @Test
    void shouldNameTheWordSizeOnEinval() {
        kernel.answerEverythingWith(Errno.EINVAL);
        assertRefused(
                BackendException.Kind.REFUSED,
                "ip_queue refused the mode message of 40 bytes with EINVAL (22): this Java has 64 bits, it must have as many"
                        + " as the kernel (uname -m)");
    }

    @Test
    void shouldNotWaitForEverForAnAnswer() {
        kernel.fallSilent();
        assertRefused(
                BackendException.Kind.REFUSED,
                "ip_queue did not answer the mode message in 2000 ms: \"cat /proc/net/ip_queue\" shows whether it has a"
                        + " listener now; then start again");
    }

    @Test
    void shouldDropThePacketsThatComeBeforeTheAnswer() throws Exception {
        CompletableFuture<Integer> early = kernel.queueBeforeAnswer(Packets.numbered(1, 60));
        try (IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            assertEquals(0, early.join());
            assertEquals(0, backend.poll(packet -> Verdict.ACCEPT, 64, 0));
            assertEquals(0, backend.counters().notQueued());
        }
    }

    @Test
    void shouldCloseItsSocketWhenItIsRefused() {
        kernel.ipQueue().refuseAll();
        long before = openDescriptors();
        for (int i = 0; i < 5; i++) {
            assertThrows(
                    BackendException.class, () -> IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128));
        }
        assertEquals(before, openDescriptors());
    }

    @Test
    void shouldReportWhichCallFailed() {
        BackendException e = Refusal.setUpFailed(new SystemCallException("eventfd", 24));
        assertSame(BackendException.Kind.REFUSED, e.kind());
        assertEquals(
                "ip_queue's socket: eventfd failed with EMFILE (24); \"ulimit -n\" and the kernel log (dmesg) may say why",
                e.getMessage());
    }

    private void assertRefused(BackendException.Kind kind, String message) {
        BackendException e = assertThrows(
                BackendException.class, () -> IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128));
        assertEquals(message, e.getMessage());
        assertSame(kind, e.kind());
    }

    /** Sockets, eventfds and epolls; files are left out, since the runtime opens jars whenever it needs a class. */
    private static long openDescriptors() {
        File[] open = new File("/proc/self/fd").listFiles();
        assertTrue(open != null);
        return Arrays.stream(open)
                .map(HandshakeTest::target)
                .filter(target -> !target.startsWith("/"))
                .count();
    }

    private static String target(File descriptor) {
        try {
            return Files.readSymbolicLink(descriptor.toPath()).toString();
        } catch (IOException e) {
            return "/closed meanwhile";
        }
    }
}
