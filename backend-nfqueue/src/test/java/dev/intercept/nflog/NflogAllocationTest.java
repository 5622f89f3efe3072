package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many packets through receive and hand-over, and thresholds that change, leave nothing for the collector. */
class NflogAllocationTest {

    private static final int DATAGRAMS = 3_000;
    private static final int WARM_UP_DATAGRAMS = 200;
    private static final int LULL_EVERY = 500;
    private static final int LULL_MS = 50;

    private int calls;

    @Test
    void shouldAllocateNothingHoweverManyPacketsCome() throws Exception {
        PacketHandler handler = packet -> ++calls % 5 == 0 ? Verdict.ACCEPT : Verdict.DROP;
        try (FakeLogger kernel = new FakeLogger();
                NflogBackend backend = kernel.open(new JnaSystemCalls(), Map.of())) {
            polled(kernel, backend, handler, WARM_UP_DATAGRAMS);
            long bytes = polled(kernel, backend, handler, DATAGRAMS);
            // The JVM itself may put a hundred bytes on a thread's account, once.
            assertTrue(bytes < DATAGRAMS, bytes + " bytes for " + DATAGRAMS * BatchThreshold.MAX_PACKETS + " packets");
            kernel.serve();
            assertTrue(kernel.thresholds().size() > 1, "thresholds " + kernel.thresholds());
        }
        assertEquals((DATAGRAMS + WARM_UP_DATAGRAMS) * BatchThreshold.MAX_PACKETS, calls);
    }

    /** Bytes that this thread allocated in poll. */
    private static long polled(FakeLogger kernel, NflogBackend backend, PacketHandler handler, int datagrams)
            throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[][] packets = new byte[BatchThreshold.MAX_PACKETS][];
        Arrays.fill(packets, new PacketBuilder().build());
        byte[] datagram = LogDatagram.of(0, packets);
        long bytes = 0;
        for (int i = 0; i < datagrams; i++) {
            kernel.send(datagram);
            long before = threads.getCurrentThreadAllocatedBytes();
            int handed = backend.poll(handler, 40, 0) + backend.poll(handler, 40, 0);
            if (i % LULL_EVERY == 0) {
                handed += backend.poll(handler, 40, LULL_MS);
            }
            bytes += threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(BatchThreshold.MAX_PACKETS, handed);
        }
        return bytes;
    }
}
