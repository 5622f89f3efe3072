package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What later kernels can do and 2.6.32 cannot is done without. */
class OldKernelTest {

    private static final int WAIT_MS = 5000;
    private static final int PACKETS = 100;
    private static final int ENOPROTOOPT = 92;

    private static final Seccomp.Denial NO_RECVMMSG =
            new Seccomp.Denial(Seccomp.RECVMMSG, Seccomp.ANY_ARGUMENT, 0, Errno.ENOSYS);
    private static final Seccomp.Denial NO_SENDMMSG =
            new Seccomp.Denial(Seccomp.SENDMMSG, Seccomp.ANY_ARGUMENT, 0, Errno.ENOSYS);
    private static final Seccomp.Denial NO_RCVBUFFORCE = new Seccomp.Denial(Seccomp.SETSOCKOPT, 2, 33, Errno.EPERM);
    private static final Seccomp.Denial NO_NO_ENOBUFS = new Seccomp.Denial(Seccomp.SETSOCKOPT, 1, 270, ENOPROTOOPT);

    @TempDir
    Path proc;

    @Test
    void shouldReceiveOneByOneWithoutRecvmmsg() throws Exception {
        onKernelWithout(List.of(NO_RECVMMSG), backend -> {
            judgeAll(backend);
            assertTrue(backend.receivesOneByOne());
            assertFalse(backend.sendsOneByOne());
        });
    }

    @Test
    void shouldSendOneByOneWithoutSendmmsg() throws Exception {
        onKernelWithout(List.of(NO_SENDMMSG), backend -> {
            judgeAll(backend);
            assertFalse(backend.receivesOneByOne());
            assertTrue(backend.sendsOneByOne());
        });
    }

    @Test
    void shouldServeWithNoneOfTheLaterConveniences() throws Exception {
        onKernelWithout(List.of(NO_RECVMMSG, NO_SENDMMSG, NO_RCVBUFFORCE, NO_NO_ENOBUFS), OldKernelTest::judgeAll);
    }

    @Test
    void shouldUseTheLaterCallsWhereTheyAreThere() throws Exception {
        onKernelWithout(List.of(), backend -> {
            judgeAll(backend);
            assertFalse(backend.receivesOneByOne());
            assertFalse(backend.sendsOneByOne());
        });
    }

    private interface Use {
        void of(IpQueueBackend backend) throws Exception;
    }

    /** Queues 100 packets, lets a thread judge them on the poorer kernel, and looks at each verdict. */
    private void onKernelWithout(List<Seccomp.Denial> denials, Use use) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc)) {
            CompletableFuture<Void> opened = new CompletableFuture<>();
            List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
            CompletableFuture<Void> queued = new CompletableFuture<>();
            CompletableFuture<Void> used = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                Seccomp.deny(denials);
                try (IpQueueBackend backend = IpQueueBackend.open(kernel.endpoint(), 128)) {
                    opened.complete(null);
                    queued.get(WAIT_MS, TimeUnit.MILLISECONDS);
                    use.of(backend);
                    used.complete(null);
                } catch (Throwable e) {
                    opened.completeExceptionally(e);
                    used.completeExceptionally(e);
                }
            });
            thread.start();
            opened.get(WAIT_MS, TimeUnit.MILLISECONDS);
            for (int i = 0; i < PACKETS; i++) {
                verdicts.add(kernel.queue(Packets.numbered(i, 60)));
            }
            queued.complete(null);
            used.get(WAIT_MS, TimeUnit.MILLISECONDS);
            for (int i = 0; i < PACKETS; i++) {
                assertEquals(i % 2, verdicts.get(i).get(WAIT_MS, TimeUnit.MILLISECONDS), "packet " + i);
            }
            thread.join();
        }
    }

    private static void judgeAll(IpQueueBackend backend) throws Exception {
        int judged = 0;
        while (judged < PACKETS) {
            judged += backend.poll(
                    packet -> Packets.number(packet) % 2 == 1 ? Verdict.ACCEPT : Verdict.DROP, 64, WAIT_MS);
        }
        assertEquals(0, backend.poll(packet -> Verdict.DROP, 64, 0));
    }
}
