package dev.intercept.tcpcopy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that the backlogs of all tunnels may take together, so that many peers that do not read cannot exhaust the heap. A
 * tunnel that keeps up needs none of it. Any thread.
 */
public final class BacklogBudget {

    private final AtomicLong freeBytes;

    public BacklogBudget(long bytes) {
        freeBytes = new AtomicLong(bytes);
    }

    /** @return false when so much is not left; then nothing was taken */
    boolean take(int bytes) {
        if (freeBytes.addAndGet(-bytes) >= 0) {
            return true;
        }
        freeBytes.addAndGet(bytes);
        return false;
    }

    void give(int bytes) {
        if (bytes != 0) {
            freeBytes.addAndGet(bytes);
        }
    }

    /** What is left. */
    public long freeBytes() {
        return freeBytes.get();
    }
}
