package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.KernelStats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The advice of the manual page's notes, from a queue or a buffer that really overflows to the remedy. */
class LossTest {

    private static final int NF_ACCEPT = 1;
    private static final String QUEUE_FULL = "packets found the kernel's queue full";
    private static final String SOCKET_FULL = "packets found the socket's buffer full";

    private static final String BUFFER_REMEDY =
            "sysctl -w net.core.rmem_max=33554432 net.core.wmem_max=33554432  # now 212992 and 212992; then restart"
                    + " intercept";

    @Test
    void shouldNameTheSettingWithItsValueWhenTheQueueOverflows(@TempDir Path proc) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            kernel.ipQueue().setMaxLength(2);
            queue(kernel, 5);
            assertEquals(
                    List.of(
                            new KernelStats.Loss("queue_dropped", 3, QUEUE_FULL, queueRemedy(2, 8192)),
                            new KernelStats.Loss("netlink_dropped", 0, SOCKET_FULL, BUFFER_REMEDY)),
                    backend.kernelStats().losses());
        }
    }

    /** The backend does not poll, so its real receive buffer of 16 MiB fills up. */
    @Test
    void shouldNameTheSettingsWithTheirValuesWhenTheBufferOverflows(@TempDir Path proc) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            kernel.ipQueue().setMaxLength(1 << 30);
            int waiting = 0;
            while (kernel.ipQueue().netlinkDropped() == 0) {
                queue(kernel, 1000);
                waiting += 1000;
            }
            long lost = kernel.ipQueue().netlinkDropped();
            KernelStats stats = backend.kernelStats();
            assertEquals(
                    List.of(
                            new KernelStats.Loss("queue_dropped", 0, QUEUE_FULL, queueRemedy(1L << 30, 1L << 30)),
                            new KernelStats.Loss("netlink_dropped", lost, SOCKET_FULL, BUFFER_REMEDY)),
                    stats.losses());
            assertEquals(waiting - lost, stats.queued());
        }
    }

    /** What is lost is dropped, before the remedy and while it is typed: the stand-in never lets a packet go by itself. */
    @Test
    void shouldLoseNothingMoreOnceTheQueueIsAsLongAsTheRemedyMakesIt(@TempDir Path proc) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            kernel.ipQueue().setMaxLength(2);
            List<CompletableFuture<Integer>> verdicts = new ArrayList<>(queue(kernel, 5));
            Matcher typed = typed(backend, 0, "sysctl -w net\\.ipv4\\.ip_queue_maxlen=(\\d+)  # .*");
            kernel.ipQueue().setMaxLength(Integer.parseInt(typed.group(1)));
            verdicts.addAll(queue(kernel, 100));
            assertEquals(3, backend.kernelStats().losses().get(0).packets());
            assertNoneAccepted(verdicts);
        }
    }

    @Test
    void shouldHaveRoomForTwiceAsManyOnceTheLimitsAreAsTheRemedySetsThemAndItIsRestarted(@TempDir Path proc)
            throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc)) {
            kernel.ipQueue().setMaxLength(1 << 30);
            List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
            int waiting = 0;
            try (IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
                while (kernel.ipQueue().netlinkDropped() == 0) {
                    verdicts.addAll(queue(kernel, 1000));
                    waiting += 1000;
                }
                Matcher typed =
                        typed(backend, 1, "sysctl -w net\\.core\\.rmem_max=(\\d+) net\\.core\\.wmem_max=(\\d+)  # .*");
                kernel.writeProc("sys/net/core/rmem_max", typed.group(1) + "\n");
                kernel.writeProc("sys/net/core/wmem_max", typed.group(2) + "\n");
            }
            kernel.publish();
            long before = kernel.ipQueue().netlinkDropped();
            try (IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
                verdicts.addAll(queue(kernel, waiting));
                assertEquals(before, kernel.ipQueue().netlinkDropped());
                assertEquals(0, backend.kernelStats().losses().get(1).packets());
            }
            assertNoneAccepted(verdicts);
        }
    }

    private static Matcher typed(IpQueueBackend backend, int loss, String pattern) {
        String remedy = backend.kernelStats().losses().get(loss).remedy();
        Matcher matcher = Pattern.compile(pattern).matcher(remedy);
        assertTrue(matcher.matches(), remedy);
        return matcher;
    }

    private static void assertNoneAccepted(List<CompletableFuture<Integer>> verdicts) {
        assertEquals(
                0,
                verdicts.stream()
                        .filter(verdict -> verdict.isDone() && verdict.join() == NF_ACCEPT)
                        .count());
    }

    private static String queueRemedy(long now, long better) {
        return "sysctl -w net.ipv4.ip_queue_maxlen=" + better + "  # now " + now;
    }

    private static List<CompletableFuture<Integer>> queue(FakeKernel kernel, int packets) {
        List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            verdicts.add(kernel.queue(Packets.numbered(i, 60)));
        }
        kernel.publish();
        return verdicts;
    }
}
