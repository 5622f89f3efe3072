package dev.intercept.session;

/**
 * The parked sessions that wait a moment for a route that names their target, oldest first: so long a route to any target of the
 * same client does not get them. Bounded, made when first needed.
 *
 * <p>Thread rule: any thread.
 */
final class NameWait {

    static final int MAX_WAITING = 4096;

    /** A wait ends with the second tick, 100 to 200 ms after it began. */
    private static final int WAIT_TICKS = 2;

    private long[] clients = {};
    private long[] targets = {};
    private long[] ticks = {};
    private int first;
    private volatile int size;
    private long tick;

    /** @return false when there is no room; then it does not wait */
    synchronized boolean add(long client, long target) {
        if (size == MAX_WAITING) {
            return false;
        }
        if (clients.length == 0) {
            clients = new long[MAX_WAITING];
            targets = new long[MAX_WAITING];
            ticks = new long[MAX_WAITING];
        }
        int index = (first + size) % MAX_WAITING;
        clients[index] = client;
        targets[index] = target;
        ticks[index] = tick;
        size++;
        return true;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean contains(long client, long target) {
        return size > 0 && isThere(client, target);
    }

    private synchronized boolean isThere(long client, long target) {
        for (int i = 0; i < size; i++) {
            int index = (first + i) % MAX_WAITING;
            if (clients[index] == client && targets[index] == target) {
                return true;
            }
        }
        return false;
    }

    /** To be called ten times a second. */
    synchronized void tick() {
        tick++;
    }

    /** Whether the wait of the oldest has ended, which {@link #client} and {@link #target} then name and {@link #remove} ends. */
    synchronized boolean isOver() {
        return size > 0 && tick - ticks[first] >= WAIT_TICKS;
    }

    synchronized long client() {
        return clients[first];
    }

    synchronized long target() {
        return targets[first];
    }

    synchronized void remove() {
        first = (first + 1) % MAX_WAITING;
        size--;
    }
}
