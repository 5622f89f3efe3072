package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Headers of responses that came before their route, until it comes or they expire. Memory is taken as they come, used
 * again without end, and given back when none was there for a while.
 *
 * <p>Thread rule: any thread. Who parks or takes has the lock of the client's segment, so that a header cannot be parked behind
 * the back of the ADD it waits for.
 */
@SuppressWarnings("NullAway") // The index and the store are there while size is above 0.
final class ParkedHeaders {

    private final SessionHash hash;
    private final SessionLimits limits;
    private final NameWait waiting;
    private volatile int size;
    private ParkedIndex index;
    private HeaderStore store;
    private int lastParkedS;

    ParkedHeaders(SessionHash hash, SessionLimits limits, NameWait waiting) {
        this.hash = hash;
        this.limits = limits;
        this.waiting = waiting;
    }

    /** Keeps a copy of the packet's header; at a bound in place of the oldest, of the session or of all. */
    synchronized void park(long client, long target, ResponsePacket packet, int nowS, Counters counters) {
        if (limits.maxParked() == 0) {
            counters.increment(Counter.PARKED_EVICTED);
            return;
        }
        prepare();
        if (index.countOf(client, target) >= limits.maxParkedPerSession()) {
            drop(index.oldestOf(client, target), Counter.PARKED_EVICTED, counters);
        } else if (size >= limits.maxParked()) {
            drop(index.oldest(), Counter.PARKED_EVICTED, counters);
        }
        store.keep(index.add(client, target, nowS), packet);
        size++;
        lastParkedS = nowS;
    }

    private void prepare() {
        if (index == null) {
            index = new ParkedIndex(hash, limits.maxParked());
            store = new HeaderStore();
        }
    }

    /**
     * Takes out the oldest header that waits for this route. Those that waited for too long are dropped on the way.
     *
     * @param target of a session, or {@link SessionKey#ANY_TARGET} for the header of any session of the client that
     *     does not wait for a route with a name
     * @param header cleared, then filled, then flipped
     * @return false when none waits
     */
    boolean take(long client, long target, ByteBuffer header, int nowS, Counters counters) {
        return size > 0 && takeParked(client, target, header, nowS, counters);
    }

    private synchronized boolean takeParked(long client, long target, ByteBuffer header, int nowS, Counters counters) {
        for (int number = oldest(client, target); number != ParkedIndex.NONE; number = oldest(client, target)) {
            if (!isOver(number, nowS)) {
                store.copyTo(number, header.clear());
                header.flip();
                remove(number);
                return true;
            }
            drop(number, Counter.PARKED_EXPIRED, counters);
        }
        return false;
    }

    /** Whether a header of this session waits. */
    synchronized boolean has(long client, long target) {
        return size > 0 && index.oldestOf(client, target) != ParkedIndex.NONE;
    }

    private int oldest(long client, long target) {
        if (index == null) {
            return ParkedIndex.NONE;
        }
        return target == SessionKey.ANY_TARGET ? index.oldestOf(client, waiting) : index.oldestOf(client, target);
    }

    /** Drops those that waited for too long, oldest first, at most so many. */
    synchronized void expire(int nowS, int most, Counters counters) {
        for (int dropped = 0; size > 0 && dropped < most && isOver(index.oldest(), nowS); dropped++) {
            drop(index.oldest(), Counter.PARKED_EXPIRED, counters);
        }
        if (size == 0 && nowS - lastParkedS >= limits.parkedTimeoutS()) {
            index = null;
            store = null;
        }
    }

    /** The newest first. */
    synchronized List<ParkedHeader> latest(int most) {
        return size == 0 ? List.of() : index.latest(most);
    }

    int size() {
        return size;
    }

    private boolean isOver(int number, int nowS) {
        return nowS - index.parkedS(number) >= limits.parkedTimeoutS();
    }

    private void drop(int number, Counter reason, Counters counters) {
        remove(number);
        counters.increment(reason);
    }

    private void remove(int number) {
        index.remove(number);
        size--;
    }
}
