package dev.intercept.ipqueue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Decides between the thread that polls and a thread that closes who frees what both use: the last one to leave.
 *
 * <p>Costs the polling thread two compare-and-set per poll and no lock.
 */
final class PollGate {

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
    private volatile Thread poller;

    /**
     * @param wake ends the wait of a poll; never called after {@code free}
     * @param free called once
     */
    PollGate(Runnable wake, Runnable free) {
        this.wake = wake;
        this.free = free;
    }

    /**
     * False when closed. After true, {@link #leave} must follow on the same thread.
     *
     * @throws IllegalStateException when another poll is under way
     */
    boolean enter() {
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

    void leave() {
        if (!state.compareAndSet(State.POLLING, State.IDLE)) {
            free();
        }
    }

    boolean isClosing() {
        return state.get() != State.POLLING;
    }

    /** Returns when everything is freed, or at once when called from within a poll's handler. Again: does nothing. */
    void close() {
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
        return state.get() == State.CLOSING || state.get() == State.CLOSED;
    }

    private synchronized void free() {
        state.set(State.CLOSED);
        free.run();
        freed.countDown();
    }

    private void awaitFreed() {
        try {
            freed.await(CLOSE_WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
