package dev.intercept.kit;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A packet source without a kernel: packets come from {@link #inject}, and those accepted go to {@link #accepted}. Keeps the
 * rules of {@link CaptureBackendContract}.
 *
 * <p>The non-private methods are the steps of a poll; each is where a backend can go wrong.
 *
 * <p>Thread rule: as {@link CaptureBackend}; {@code inject} and {@code accepted} may be called by any thread.
 */
public class MemoryBackend implements CaptureBackend {

    private static final int MAX_PACKET_BYTES = 65535;

    /** Guards all fields; never held while the handler runs. */
    final ReentrantLock lock = new ReentrantLock();

    final Condition changed = lock.newCondition();
    final Deque<byte[]> queue = new ArrayDeque<>();
    final Deque<byte[]> wentOn = new ArrayDeque<>();
    final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_PACKET_BYTES);
    long received;
    volatile boolean closed;

    /** Puts one packet into the queue. */
    public void inject(byte[] packet) {
        lock.lock();
        try {
            queue.addLast(packet);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next packet that was accepted, or empty when none is within {@code timeoutMs} milliseconds. */
    public Optional<byte[]> accepted(int timeoutMs) throws InterruptedException {
        lock.lock();
        try {
            long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
            while (wentOn.isEmpty() && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
            return Optional.ofNullable(wentOn.pollFirst());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String lane() {
        return "memory";
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!await(limit, TimeUnit.MILLISECONDS.toNanos(timeoutMs))) {
            return closed ? CaptureBackend.END : 0;
        }
        int handed = 0;
        for (byte[] packet = take(); packet != null; packet = handed < limit ? take() : null) {
            handed++;
            hand(packet, handler);
        }
        return handed;
    }

    /** Whether there is a packet to hand over; waits for it. */
    boolean await(int limit, long timeoutNs) {
        lock.lock();
        try {
            long leftNs = timeoutNs;
            while (queue.isEmpty() && !closed && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
            return !queue.isEmpty() && !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The next packet of the queue, or null. */
    byte[] take() {
        lock.lock();
        try {
            byte[] packet = queue.pollFirst();
            if (packet != null) {
                received++;
            }
            return packet;
        } finally {
            lock.unlock();
        }
    }

    void hand(byte[] packet, PacketHandler handler) {
        Verdict verdict = Verdict.DROP;
        try {
            verdict = handler.onPacket(show(packet));
        } catch (RuntimeException | Error e) {
            dropTheRest();
            throw e;
        } finally {
            apply(packet, verdict);
        }
    }

    ByteBuffer show(byte[] packet) {
        return buffer.clear().put(packet).flip();
    }

    void apply(byte[] packet, Verdict verdict) {
        if (verdict == Verdict.ACCEPT) {
            letGoOn(packet);
        }
    }

    void letGoOn(byte[] packet) {
        lock.lock();
        try {
            wentOn.addLast(packet);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** After an exception: the batch ends here, and what is behind in it is dropped. */
    void dropTheRest() {
        lock.lock();
        try {
            received += queue.size();
            queue.clear();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public KernelStats kernelStats() {
        lock.lock();
        try {
            KernelStats.Loss loss = new KernelStats.Loss("queue_dropped", 0, "nothing: this queue never drops");
            return new KernelStats(queue.size(), received, List.of(loss));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                queue.clear();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
