package dev.intercept.nfnetlink;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a backend's socket alive while a thread polls, and frees everything when any thread closes: closing ends the poll's
 * wait, and a poll that is under way frees at its end; its thread may be the closing one, from the handler.
 *
 * <p>Thread rule: {@link #enter} and {@link #leave} by the polling thread; the rest by any.
 */
public final class PollGate {

    private final NetlinkSocket socket;
    private final Runnable free;

    /** Held during a poll, and to free what a poll uses. */
    private final ReentrantLock polling = new ReentrantLock();

    private volatile boolean closed;
    private boolean freed;

    /**
     * @param socket woken and closed
     * @param free called once, before the socket is closed, by whichever thread comes last
     */
    public PollGate(NetlinkSocket socket, Runnable free) {
        this.socket = socket;
        this.free = free;
    }

    public boolean isClosed() {
        return closed;
    }

    public void enter() {
        polling.lock();
    }

    public void leave() {
        if (closed) {
            free();
        }
        polling.unlock();
    }

    /** Closes once; later calls do nothing. */
    public void close() {
        synchronized (polling) {
            if (closed) {
                return;
            }
            // In this order: once closed is seen, the poll may free what wake uses.
            socket.wake();
            closed = true;
        }
        if (!polling.isHeldByCurrentThread()) {
            polling.lock();
            try {
                free();
            } finally {
                polling.unlock();
            }
        }
    }

    private void free() {
        if (!freed) {
            freed = true;
            free.run();
            socket.close();
        }
    }
}
