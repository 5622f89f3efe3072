package dev.intercept;

import com.sun.management.ThreadMXBean;
import dev.intercept.kit.TestProvider;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands out the same packets over and over, no faster than the other end of the tunnel takes them, then ends. Counts what the
 * capture thread allocates after the first tenth.
 */
final class PacedBackend implements CaptureBackend, TestProvider {

    private static final long PAUSE_NS = 50_000;

    private final ByteBuffer[] packets;
    private final int total;
    private final int maxUnread;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private volatile int read;
    private int handed;
    private long allocatedAtFirstTenth = -1;
    private volatile long allocatedBytes;

    /** @param maxUnread packets on their way at most, so that no buffer overflows */
    PacedBackend(ByteBuffer[] packets, int total, int maxUnread) {
        this.packets = packets;
        this.total = total;
        this.maxUnread = maxUnread;
    }

    void begin() {
        begun.countDown();
    }

    /** So many packets have come out at the other end. */
    void haveBeenRead(int count) {
        read = count;
    }

    /** Of the capture thread, for nine tenths of the packets. Once all have been handed out. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) {
        awaitBegin();
        if (allocatedAtFirstTenth < 0 && handed >= total / 10) {
            allocatedAtFirstTenth = threads.getCurrentThreadAllocatedBytes();
        }
        if (handed >= total) {
            allocatedBytes = threads.getCurrentThreadAllocatedBytes() - allocatedAtFirstTenth;
            return END;
        }
        while (handed - read > maxUnread) {
            LockSupport.parkNanos(PAUSE_NS);
        }
        int count = Math.min(limit, total - handed);
        for (int i = 0; i < count; i++) {
            handler.onPacket(packets[handed % packets.length].rewind());
            handed++;
        }
        return count;
    }

    private void awaitBegin() {
        try {
            begun.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the capture thread", e);
        }
    }

    @Override
    public String lane() {
        return "paced";
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public KernelStats kernelStats() {
        return new KernelStats(0, 0, List.of());
    }

    @Override
    public void close() {
        begin();
    }

    @Override
    public String name() {
        return "paced";
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) {
        return List.of(this);
    }
}
