package dev.intercept.server;

import dev.intercept.tcpcopy.BacklogBudget;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that the backlogs of all tunnels may take together, so that many peers that do not read cannot exhaust the heap. A
 * tunnel that keeps up needs none of it. Any thread.
 */
public final class SharedBacklogs implements BacklogBudget {

    private final AtomicLong freeBytes;

    public SharedBacklogs(long bytes) {
        freeBytes = new AtomicLong(bytes);
    }

    @Override
    public boolean take(int bytes) {
        if (freeBytes.addAndGet(-bytes) >= 0) {
            return true;
        }
        freeBytes.addAndGet(bytes);
        return false;
    }

    @Override
    public void give(int bytes) {
        if (bytes != 0) {
            freeBytes.addAndGet(bytes);
        }
    }

    /** What is left. */
    public long freeBytes() {
        return freeBytes.get();
    }
}
