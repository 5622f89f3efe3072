package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.KernelStats;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The advice of the manual page's notes, from a queue or a buffer that really overflows to the remedy. */
class LossTest {

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

    private static String queueRemedy(long now, long better) {
        return "sysctl -w net.ipv4.ip_queue_maxlen=" + better + "  # now " + now;
    }

    private static void queue(FakeKernel kernel, int packets) {
        for (int i = 0; i < packets; i++) {
            kernel.queue(Packets.numbered(i, 60));
        }
        kernel.publish();
    }
}
