package dev.intercept.spi;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Decides between the thread that polls a backend and a thread that closes it who frees what both use: the last one to
 * leave. Every backend needs this, since {@link CaptureBackend#close} may be called during a poll, and from its handler.
 *
 * <pre>{@code
 *   private final PollGate gate = new PollGate(this::wake, this::free);
 *
 *   public int poll(PacketHandler handler, int limit, int timeoutMs) {
 *       if (!gate.enter()) {
 *           return END;
 *       }
 *       try {
 *           …  // after each wait and each packet: gate.isClosed()
 *       } finally {
 *           gate.leave();
 *       }
 *   }
 *
 *   public void close() {
 *       gate.close();
 *   }
 * }</pre>
 *
 * <p>Costs the polling thread two compare-and-set per poll and no lock. Thread rule: {@link #enter} and {@link #leave} by
 * the polling thread; the rest by any.
 */
public final class PollGate {

    private enum State {
        IDLE,
        POLLING,
        /** Closed by another thread during a poll, which frees at its end. */
        CLOSING,
        CLOSED
    }

    /** How long {@link #close} waits for a handler that is still at work. */
    private static final int CLOSE_WAIT_S = 5;

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final CountDownLatch freed = new CountDownLatch(1);
    private final Runnable wake;
    private final Runnable free;
    private volatile @Nullable Thread poller;

    /**
     * @param wake ends the wait of a poll; never called after {@code free}
     * @param free called once, by the thread that leaves last
     */
    public PollGate(Runnable wake, Runnable free) {
        this.wake = wake;
        this.free = free;
    }

    /**
     * False when closed. After true, {@link #leave} must follow on the same thread.
     *
     * @throws IllegalStateException when another poll is in progress
     */
    public boolean enter() {
        if (state.compareAndSet(State.IDLE, State.POLLING)) {
            poller = Thread.currentThread();
            return true;
        }
        if (state.get() == State.POLLING) {
            throw new IllegalStateException(
                    "poll is already running on thread " + poller + "; one thread polls a backend");
        }
        return false;
    }

    /** Ends a poll; frees when it was closed meanwhile. */
    public void leave() {
        if (!state.compareAndSet(State.POLLING, State.IDLE)) {
            free();
        }
    }

    /** Whether somebody closed; a poll that sees it ends soon. */
    public boolean isClosed() {
        State now = state.get();
        return now == State.CLOSING || now == State.CLOSED;
    }

    /**
     * Closes. Returns when everything is freed; at once when called from within a poll's handler, and after 5 s when a
     * handler does not return. Again: does nothing.
     */
    public void close() {
        while (!state.compareAndSet(State.IDLE, State.CLOSED)) {
            if (leaveItToPoller()) {
                if (poller != Thread.currentThread()) {
                    awaitFreed();
                }
                return;
            }
        }
        free();
    }

    /**
     * False when the poll ended meanwhile. Under the lock that {@link #free} takes too, so that nothing is woken through a
     * descriptor already closed.
     */
    private synchronized boolean leaveItToPoller() {
        if (state.compareAndSet(State.POLLING, State.CLOSING)) {
            wake.run();
        }
        return isClosed();
    }

    private synchronized void free() {
        state.set(State.CLOSED);
        try {
            free.run();
        } finally {
            freed.countDown();
        }
    }

    private void awaitFreed() {
        try {
            freed.await(CLOSE_WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
