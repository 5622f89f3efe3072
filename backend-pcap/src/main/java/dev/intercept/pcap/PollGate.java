package dev.intercept.pcap;

import dev.intercept.spi.BackendException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the native parts of a backend alive while a thread polls, and frees them when any thread closes it: closing ends the
 * poll's wait, waits for the poll to leave, then frees. A packet handler that closes is the poll itself; its batch ends there.
 *
 * <p>Thread rule: {@link #enter}, {@link #leave} and {@link #wakeup}'s wait by the polling thread; the rest by any.
 */
final class PollGate {

    private final Wakeup wakeup = new Wakeup();
    private final ReentrantLock polling = new ReentrantLock();
    private volatile boolean closed;

    PollGate() throws BackendException {}

    /** What a poll waits with. */
    Wakeup wakeup() {
        return wakeup;
    }

    boolean isClosed() {
        return closed;
    }

    void enter() {
        polling.lock();
    }

    void leave() {
        polling.unlock();
    }

    /**
     * Closes once; later calls do nothing.
     *
     * @param free frees what polls use
     * @return whether this call closed
     */
    boolean close(Runnable free) {
        synchronized (wakeup) {
            if (closed) {
                return false;
            }
            closed = true;
        }
        wakeup.signal();
        polling.lock();
        try {
            free.run();
            wakeup.close();
        } finally {
            polling.unlock();
        }
        return true;
    }
}
