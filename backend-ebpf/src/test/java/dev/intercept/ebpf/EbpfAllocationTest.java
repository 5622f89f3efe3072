package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Bursts, pauses and wake-ups leave nothing for the collector. */
class EbpfAllocationTest {

    private static final int ROUNDS = 200;
    private static final int PACKETS_PER_ROUND = 50;
    private static final int POLL_MS = 100;

    private int handed;

    @Test
    void shouldAllocateNothingHoweverManyPacketsCome() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                CaptureBackend backend = network.open()) {
            polled(network, backend);
            // The compiler may still allocate a kilobyte once, on whichever thread; a backend allocates each time.
            long bytes = Math.min(polled(network, backend), polled(network, backend));
            assertTrue(bytes < ROUNDS, bytes + " bytes for " + ROUNDS * PACKETS_PER_ROUND + " packets");
            assertEquals(0, backend.kernelStats().lost());
        }
    }

    /** Bytes that this thread allocated in poll: bursts that are there, and single packets that it waits for. */
    private long polled(FilteredNetwork network, CaptureBackend backend) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PacketHandler handler = packet -> {
            handed++;
            return Verdict.DROP;
        };
        byte[] packet = new PacketBuilder().build();
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int burst = round % 2 == 0 ? PACKETS_PER_ROUND : 1;
            for (int i = 0; i < burst; i++) {
                network.inject(packet);
            }
            int before = handed;
            long bytesBefore = threads.getCurrentThreadAllocatedBytes();
            while (handed - before < burst) {
                backend.poll(handler, 64, POLL_MS);
            }
            bytes += threads.getCurrentThreadAllocatedBytes() - bytesBefore;
        }
        return bytes;
    }
}
