package dev.intercept.bpf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Who waits for a ring in which a record is still being written waits for its end, and does not come back again and again. */
class SleeperTest {

    private static final int RING_BYTES = 1 << 16;
    private static final int PATIENCE_MS = 10_000;
    private static final int ATTEMPTS = 10;
    private static final int BUSY = 1 << 31;

    /** Copying so much so often takes the kernel some milliseconds. */
    private static final int COPIED_BYTES = 1 << 20;

    private static final int COPIES = 100;

    private static Program slowWriter(BpfMap ring, BpfMap memory) {
        Assembler out = new Assembler()
                .loadMap(Register.R1, ring)
                .move(Register.R2, Long.BYTES)
                .move(Register.R3, 0)
                .call(Helper.RINGBUF_RESERVE)
                .jumpIf(Register.R0, Assembler.Test.EQUAL, 0, "end")
                .move(Register.R6, Register.R0)
                .store(Assembler.Size.U32, Register.R10, -4, 0);
        for (int copy = 0; copy < COPIES; copy++) {
            out.loadMap(Register.R1, memory)
                    .move(Register.R2, Register.R10)
                    .compute(Assembler.Operation.ADD, Register.R2, -4)
                    .loadValue(Register.R3, memory, 0)
                    .move(Register.R4, 0)
                    .call(Helper.MAP_UPDATE_ELEM);
        }
        int forceWakeup = 2;
        return out.move(Register.R1, Register.R6)
                .move(Register.R2, forceWakeup)
                .call(Helper.RINGBUF_SUBMIT)
                .label("end")
                .move(Register.R0, 0)
                .exit()
                .build();
    }

    @Test
    void shouldSleepWhileARecordIsBeingWritten() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (BpfMap map = BpfMap.ring("ic_ring", RING_BYTES);
                BpfMap memory = BpfMap.mappable("ic_memory", COPIED_BYTES);
                Ring ring = new Ring(map, RING_BYTES);
                Sleeper sleeper = new Sleeper(map)) {
            int writer = Bpf.load("slow_writer", slowWriter(map, memory));
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Future<Integer> run = executor.submit(() -> TestRun.of(writer, new byte[64]));
                while (!isBeingWritten(ring) && !run.isDone()) {
                    Thread.onSpinWait();
                }
                sleeper.await(PATIENCE_MS);
                assertTrue(ring.next(), "it was woken before there was anything to read");
                ring.release();
                run.get();
            }
            Bpf.close(writer);
        } finally {
            executor.shutdownNow();
        }
    }

    /** All records so far are of the same length, and the ring is large enough for all of them. */
    private static boolean isBeingWritten(Ring ring) {
        int page = Bpf.pageBytes();
        int last = (int) ring.data().getLong(0) - 2 * Long.BYTES;
        return last >= 0 && (ring.data().getInt(page + last) & BUSY) != 0;
    }
}
