package dev.intercept.answers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * Which sessions are looked at one by one: those of every 2<sup>k</sup>-th client end, chosen by a hash of its address and port,
 * so that a reader of one packet of such a session reads all of them. Also when the routes of these were added.
 *
 * <p>Thread rule: any thread asks. Capture threads change the rate, one thread at a time notes routes.
 */
public final class Sampling {

    /** One in 2^20 at most. */
    static final int MAX_BITS = 20;

    /** Routes remembered; those of a sampled client whose SYN/ACK comes after that many more are not measured. A power of two. */
    private static final int ROUTES = 8192;

    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] clients = new long[ROUTES];
    private final long[] addedNs = new long[ROUTES];
    private volatile int bits;
    private boolean isOff;

    /** Nothing is looked at, of no session. Before any other thread is started. */
    public void turnOff() {
        isOff = true;
    }

    boolean isOff() {
        return isOff;
    }

    /** Address and port as one number, never 0 for a real client. */
    static long end(int address, int port) {
        return Integer.toUnsignedLong(address) << Short.SIZE | port;
    }

    /** Well mixed in all bits: the upper ones choose, the lower ones say where it is kept. */
    static long hash(long client) {
        long mixed = (client ^ client >>> 29) * MIX;
        return (mixed ^ mixed >>> 32) * MIX;
    }

    /** A session is sampled when so many upper bits of its client's hash are 0. */
    int bits() {
        return bits;
    }

    void setBits(int more) {
        bits = Math.max(0, Math.min(MAX_BITS, more));
    }

    /** For how many sessions a sampled one stands. */
    public int oneIn() {
        return 1 << bits;
    }

    boolean takes(long hash) {
        return hash >>> 1 >>> Long.SIZE - 1 - bits == 0;
    }

    /** A route was added. One thread at a time; the clock is read for sampled ones only. */
    public void onRoute(int clientAddress, int clientPort, LongSupplier nanoClock) {
        long client = end(clientAddress, clientPort);
        long hash = hash(client);
        if (!isOff && takes(hash)) {
            int index = (int) hash & ROUTES - 1;
            LONGS.setOpaque(clients, index, 0L);
            LONGS.setRelease(addedNs, index, nanoClock.getAsLong());
            LONGS.setRelease(clients, index, client);
        }
    }

    /** When the route of this client was added last, in the clock of {@link #onRoute}; {@code missing} when that is forgotten. */
    long addedNs(long client, long hash, long missing) {
        int index = (int) hash & ROUTES - 1;
        if ((long) LONGS.getAcquire(clients, index) != client) {
            return missing;
        }
        long ns = (long) LONGS.getAcquire(addedNs, index);
        return (long) LONGS.getAcquire(clients, index) == client ? ns : missing;
    }
}
