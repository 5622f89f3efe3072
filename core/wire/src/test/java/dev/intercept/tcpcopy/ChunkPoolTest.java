package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory outside the heap: bounded, used again, and given back to the machine. */
class ChunkPoolTest {

    private static final int CHUNK_BYTES = 1 << 20;
    private static final int MANY = 100;

    private final ChunkPool pool = new ChunkPool(CHUNK_BYTES, MANY);

    private List<Chunk> takeMany() {
        List<Chunk> taken = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            taken.add(pool.take());
        }
        return taken;
    }

    /** Of the whole runtime. */
    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(each -> each.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    void shouldHandOutNoMoreThanItsBoundAndAgainWhatComesBack() {
        List<Chunk> taken = takeMany();
        assertNull(pool.take());
        pool.give(taken.get(5));
        assertSame(taken.get(5), pool.take());
        assertNull(pool.take());
        assertEquals(MANY, taken.stream().distinct().count());
    }

    @Test
    void shouldRefuseMoreToOneThatHasAsManyAsAreLeft() {
        for (int held = 0; held < MANY / 2; held++) {
            assertNotNull(pool.take(held));
        }
        assertNull(pool.take(MANY / 2));
        assertNotNull(pool.take(MANY / 2 - 1));
    }

    @Test
    void shouldHandOutAnEmptyChunkWhateverWasInIt() {
        Chunk chunk = pool.take();
        chunk.filling.putInt(7);
        pool.give(chunk);
        assertEquals(CHUNK_BYTES, pool.take().filling.remaining());
        assertEquals(0, chunk.unsentBytes());
    }

    @Test
    void shouldReleaseMemoryAtOnceWhenItIsNeededNoMore() {
        long before = directBytes();
        List<Chunk> taken = takeMany();
        assertTrue(directBytes() - before >= (long) MANY * CHUNK_BYTES, "it is outside the heap");
        taken.forEach(pool::give);
        assertEquals(0, pool.takenBytes());
        assertEquals((long) ChunkPool.KEPT * CHUNK_BYTES, pool.heldBytes());
        assertTrue(directBytes() - before <= pool.heldBytes(), "without a collection");
        assertNotNull(pool.take());
    }

    @Test
    void shouldKeepAsMuchAsIsInUse() {
        List<Chunk> taken = takeMany();
        taken.subList(0, MANY / 2).forEach(pool::give);
        assertEquals((long) MANY * CHUNK_BYTES, pool.heldBytes());
        assertNotSame(taken.get(MANY - 1), pool.take());
    }

    @Test
    void shouldMakeNoGarbageOfChunksThatGoAround() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        pool.give(pool.take());
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) {
            pool.give(pool.take());
        }
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 10_000);
    }
}
