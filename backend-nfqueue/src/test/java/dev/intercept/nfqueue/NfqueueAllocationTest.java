package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many packets through receive, hand-over and verdicts of both kinds leave nothing for the collector. */
class NfqueueAllocationTest {

    private static final int BATCHES = 3_000;
    private static final int BATCH_PACKETS = 60;
    private static final int WARM_UP_BATCHES = 20;

    private int calls;

    @Test
    void shouldAllocateNothingHoweverManyPacketsComeAndHoweverVerdictsChange() throws Exception {
        PacketHandler handler = packet -> ++calls % 5 == 0 ? Verdict.ACCEPT : Verdict.DROP;
        try (FakeKernel kernel = new FakeKernel();
                NfqueueBackend backend = kernel.open(new JnaSystemCalls(), Map.of())) {
            polled(kernel, backend, handler, WARM_UP_BATCHES);
            long bytes = polled(kernel, backend, handler, BATCHES);
            // The JVM itself may put a hundred bytes on a thread's account, once.
            assertTrue(bytes < BATCHES, bytes + " bytes for " + BATCHES * BATCH_PACKETS + " packets");
        }
        assertEquals((BATCHES + WARM_UP_BATCHES) * BATCH_PACKETS, calls);
    }

    /** Bytes that this thread allocated in poll. */
    private static long polled(FakeKernel kernel, NfqueueBackend backend, PacketHandler handler, int batches)
            throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] message = PacketDatagram.ipv4(1, new PacketBuilder().build());
        long bytes = 0;
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < BATCH_PACKETS; i++) {
                kernel.send(message);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            int handed = backend.poll(handler, 64, 0) + backend.poll(handler, 64, 1);
            bytes += threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(BATCH_PACKETS, handed);
            kernel.serve();
        }
        return bytes;
    }
}
