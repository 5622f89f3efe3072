package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the packet path nothing is allocated. */
class AllocationTest {

    private static final int BATCH = 64;
    private static final int WARM_UP_BATCHES = 300;
    private static final int MEASURED_BATCHES = 300;
    private static final int WAIT_MS = 60_000;

    /** Compiling in the background may deoptimise once or twice; a single object per packet would be 300 000 bytes. */
    private static final long TOLERATED_BYTES = 4096;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldAllocateNothingPerPacket(@TempDir Path proc) throws Exception {
        byte[][] packets = new byte[BATCH][];
        for (int i = 0; i < BATCH; i++) {
            packets[i] = Packets.numbered(i, 60);
        }
        PacketHandler handler = packet -> Packets.number(packet) % 2 == 0 ? Verdict.DROP : Verdict.ACCEPT;
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), 128)) {
            measure(kernel, backend, handler, packets, WARM_UP_BATCHES);
            long allocated = measure(kernel, backend, handler, packets, MEASURED_BATCHES);
            assertTrue(allocated <= TOLERATED_BYTES, allocated + " bytes for " + BATCH * MEASURED_BATCHES + " packets");
            assertEquals(
                    BATCH * (WARM_UP_BATCHES + MEASURED_BATCHES),
                    backend.counters().packets());
        }
    }

    /** Bytes that this thread allocated inside of poll. */
    private static long measure(
            FakeKernel kernel, IpQueueBackend backend, PacketHandler handler, byte[][] packets, int batches)
            throws Exception {
        long allocated = 0;
        for (int batch = 0; batch < batches; batch++) {
            List<CompletableFuture<Integer>> verdicts =
                    List.of(packets).stream().map(kernel::queue).toList();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            int polled = 0;
            while (polled < BATCH) {
                polled += backend.poll(handler, BATCH, WAIT_MS);
            }
            allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
            CompletableFuture.allOf(verdicts.toArray(CompletableFuture[]::new)).join();
        }
        return allocated;
    }
}
