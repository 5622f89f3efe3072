package dev.intercept.session;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a part of all clients, with the lock under which they change. All sessions of one client address and port
 * are in one segment, the route to any target and the parked headers' turn included.
 *
 * <p>Thread rule: only the server thread changes slots, and always under the write lock, so it may read them without. A capture
 * thread reads without the lock too, and then asks the lock whether anything changed meanwhile; it waits for the lock only
 * when that happened twice in a row. It takes the write lock to park a header, so that no ADD comes in between.
 */
final class SessionSegment {

    /** Enough that growing one takes a moment only, and that two threads seldom meet in one. */
    static final int SEGMENTS = 256;

    private static final int MIN_CAPACITY = 4;

    private static final int OPTIMISTIC_READS = 2;

    /** Three quarters full is where linear probing begins to cost: 2.5 slots for a hit, 8.5 for a miss. */
    private static final int FULL_QUARTERS = 3;

    private static final int AT_ONCE_S = 1;

    /** tcpcopy gives a session up about 3 s after it began when no SYN/ACK came back to it. */
    private static final int GIVEN_UP_S = 4;

    private final StampedLock lock;
    private final int initialCapacity;
    private final SessionHash hash;
    private final SessionLife life;
    private final OutletRegistry outlets;
    private final Counters serverCounters;
    private final DroppedSessions dropped;

    private SessionSlots slots = SessionSlots.NONE;
    private RouteObserver observer = RouteObserver.NOBODY;
    private int used;
    private int wildcards;

    SessionSegment(
            StampedLock lock,
            int initialCapacity,
            SessionHash hash,
            SessionLife life,
            OutletRegistry outlets,
            Counters serverCounters,
            DroppedSessions dropped) {
        this.lock = lock;
        this.initialCapacity = initialCapacity;
        this.hash = hash;
        this.life = life;
        this.outlets = outlets;
        this.serverCounters = serverCounters;
        this.dropped = dropped;
    }

    /** Before the first session. */
    void observe(RouteObserver routeObserver) {
        observer = routeObserver;
    }

    /** Of a slot that is not empty, to the observer alone. */
    void reportEnd(int slot) {
        report(slots.client(slot), slots.target(slot), false);
    }

    private void report(long client, long target, boolean isThere) {
        observer.onRoute(
                SessionKey.address(client),
                SessionKey.port(client),
                SessionKey.address(target),
                SessionKey.port(target),
                isThere);
    }

    /** Slots that each segment needs where all together have so many sessions. */
    static int capacityFor(int sessions) {
        long slots = sessions * 4L / FULL_QUARTERS / SEGMENTS;
        return (int) Long.highestOneBit(Math.max(MIN_CAPACITY, slots) - 1) * 2;
    }

    /** Which of all {@link #SEGMENTS} has the client's sessions: the high bits, as the slots use the low ones. */
    static int indexOf(long clientHash) {
        return (int) (clientHash >>> Long.SIZE - Integer.numberOfTrailingZeros(SEGMENTS));
    }

    /**
     * The session's tunnel or null; touches the session. Any thread.
     *
     * @param flags what the response shows, see {@link SessionState}
     * @param exactOnly whether a route to any target will not do
     */
    @Nullable
    Outlet find(long client, long target, long clientHash, int nowS, int flags, boolean exactOnly) {
        for (int attempt = 0; attempt < OPTIMISTIC_READS; attempt++) {
            long stamp = lock.tryOptimisticRead();
            Outlet route = stamp != 0 ? route(client, target, clientHash, nowS, flags, exactOnly) : null;
            if (lock.validate(stamp)) {
                return route;
            }
            Thread.onSpinWait();
        }
        long stamp = lock.readLock();
        try {
            return route(client, target, clientHash, nowS, flags, exactOnly);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** As {@link #find}, by a thread that has the lock or may do without. */
    @Nullable
    Outlet route(long client, long target, long clientHash, int nowS, int flags, boolean exactOnly) {
        Outlet exact = routeTo(client, target, clientHash, nowS, flags);
        if (exact != null || wildcards == 0 || exactOnly) {
            return exact;
        }
        return routeTo(client, SessionKey.ANY_TARGET, clientHash, nowS, flags);
    }

    private @Nullable Outlet routeTo(long client, long target, long clientHash, int nowS, int flags) {
        SessionSlots current = slots;
        long sessionHash = hash.ofSession(clientHash, target);
        int slot = current.find(client, target, sessionHash);
        if (slot == SessionSlots.NO_SLOT) {
            return null;
        }
        long state = current.state(slot);
        Outlet route = outlets.outlet(current.id(slot));
        if (route == null || life.isOver(state, nowS) || !SessionState.isOf(state, sessionHash)) {
            return null;
        }
        long answered = SessionState.answered(state, nowS, flags);
        if (answered != state) {
            current.exchangeState(slot, state, answered);
        }
        return route;
    }

    /** Until {@link #unlock} with what this returns, no other thread's {@link #find} comes to an end. Not reentrant. */
    long lock() {
        return lock.writeLock();
    }

    void unlock(long stamp) {
        lock.unlockWrite(stamp);
    }

    /** Whether any session here is one to any target. Server thread. */
    boolean hasWildcards() {
        return wildcards > 0;
    }

    /** Whether the session is there and not over. Server thread. */
    boolean contains(long client, long target, long clientHash, int nowS) {
        int slot = slots.find(client, target, hash.ofSession(clientHash, target));
        return slot != SessionSlots.NO_SLOT && isLive(slot, nowS);
    }

    /** Reports a session that is to be put: before its client can hear of a response that came already. Server thread. */
    void announce(long client, long target, long clientHash) {
        if (slots.find(client, target, hash.ofSession(clientHash, target)) == SessionSlots.NO_SLOT) {
            report(client, target, true);
        }
    }

    /**
     * Makes a session or moves it to the tunnel with this id. Server thread, with the lock.
     *
     * @param answered whether a response has come already
     * @return the tunnel of another host that had the session until now; null where none had it
     */
    @Nullable
    Outlet put(long client, long target, long clientHash, int id, int nowS, boolean answered) {
        long sessionHash = hash.ofSession(clientHash, target);
        int slot = slots.find(client, target, sessionHash);
        if (slot != SessionSlots.NO_SLOT && isLive(slot, nowS)) {
            Outlet robbed = onAddedAgain(slot, id, nowS);
            move(slot, id, nowS);
            return robbed;
        }
        if (slot != SessionSlots.NO_SLOT) {
            remove(slot, Counter.SESSIONS_EXPIRED);
            report(client, target, true);
        }
        long state = SessionState.added(sessionHash, nowS);
        insert(client, target, id, answered ? SessionState.answered(state, nowS, SessionState.RESPONSE_SEEN) : state);
        return null;
    }

    /**
     * A session that got more than a SYN/ACK was served, so that this is a new connection from the same port. Otherwise the
     * client begins the same connection again: an answer escaped, or the SYN/ACK did not get back to tcpcopy. Of one that got
     * nothing here either may be true, where answers come to another intercept as well.
     */
    private @Nullable Outlet onAddedAgain(int slot, int id, int nowS) {
        Outlet before = Objects.requireNonNull(outlets.outlet(slots.id(slot)));
        long state = slots.state(slot);
        int afterS = nowS - SessionState.touchedS(state);
        if (before.owner() != Objects.requireNonNull(outlets.outlet(id)).owner()) {
            serverCounters.increment(Counter.ROUTES_TAKEN_OVER);
            return before;
        }
        if ((state & SessionState.HANDSHAKE_OVER) == 0 && afterS <= GIVEN_UP_S) {
            boolean isAnswered = (state & SessionState.RESPONSE_SEEN) != 0;
            Counter answered = afterS <= AT_ONCE_S ? Counter.ROUTES_RENEWED_AT_ONCE : Counter.ROUTES_RENEWED_SOON;
            serverCounters.increment(isAnswered ? answered : Counter.ROUTES_RENEWED_UNANSWERED);
        }
        return null;
    }

    private void insert(long client, long target, int id, long state) {
        if ((used + 1) * 4L > slots.capacity() * (long) FULL_QUARTERS) {
            grow();
        }
        slots.insert(client, target, id, state);
        used++;
        wildcards += target == SessionKey.ANY_TARGET ? 1 : 0;
        outlets.sessionAdded(id, target == SessionKey.ANY_TARGET);
    }

    private void grow() {
        SessionSlots larger = new SessionSlots(Math.max(initialCapacity, slots.capacity() * 2));
        slots.copyTo(larger);
        slots = larger;
    }

    private void move(int slot, int id, int nowS) {
        boolean wildcard = slots.target(slot) == SessionKey.ANY_TARGET;
        outlets.sessionAdded(id, wildcard);
        outlets.sessionRemoved(slots.id(slot), wildcard);
        slots.setId(slot, id);
        slots.setState(slot, SessionState.addedAgain(slots.state(slot), nowS));
    }

    /** Ends the session when the tunnel with this id has it. Server thread, without the lock. */
    boolean remove(long client, long target, long clientHash, int id) {
        int slot = slots.find(client, target, hash.ofSession(clientHash, target));
        if (slot == SessionSlots.NO_SLOT || slots.id(slot) != id) {
            return false;
        }
        long stamp = lock();
        try {
            remove(slot, Counter.ROUTES_DELETED);
        } finally {
            unlock(stamp);
        }
        return true;
    }

    /** Ends the slot's session to make room, unless it was touched since. Server thread, without the lock. @return whether it did */
    boolean evict(int slot, int touchedS, int nowS) {
        long stamp = lock();
        try {
            long state = slots.state(slot);
            if (SessionState.touchedS(state) != touchedS) {
                return false;
            }
            remove(slot, life.isOver(state, nowS) ? Counter.SESSIONS_EXPIRED : Counter.EVICTED);
            return true;
        } finally {
            unlock(stamp);
        }
    }

    /** Clears the slot when its session expired or its tunnel closed. Server thread, without the lock. */
    boolean dropIfOver(int slot, int nowS) {
        if (slots.isEmpty(slot) || isLive(slot, nowS)) {
            return false;
        }
        long stamp = lock();
        try {
            if (isLive(slot, nowS)) {
                return false;
            }
            remove(slot, Counter.SESSIONS_EXPIRED);
            return true;
        } finally {
            unlock(stamp);
        }
    }

    /** @param reason what is counted, but for the sessions of closed tunnels, which ended with their tunnel */
    private void remove(int slot, Counter reason) {
        int id = slots.id(slot);
        boolean wildcard = slots.target(slot) == SessionKey.ANY_TARGET;
        if (outlets.isOpen(id)) {
            serverCounters.increment(reason);
            if (reason != Counter.ROUTES_DELETED) {
                long client = slots.client(slot);
                long sessionHash = hash.ofSession(hash.ofClient(client), slots.target(slot));
                dropped.remember(sessionHash, SessionState.touchedS(slots.state(slot)), reason == Counter.EVICTED);
            }
        }
        report(slots.client(slot), slots.target(slot), false);
        slots.remove(slot);
        used--;
        wildcards -= wildcard ? 1 : 0;
        outlets.sessionRemoved(id, wildcard);
    }

    /** Whether its tunnel is open and its time is not over. Server thread. */
    boolean isLive(int slot, int nowS) {
        return outlets.isOpen(slots.id(slot)) && !life.isOver(slots.state(slot), nowS);
    }

    /** Sets the time and what was seen of a session that is there. Server thread, when no other looks. */
    void restore(long client, long target, long clientHash, int touchedS, int flags) {
        long sessionHash = hash.ofSession(clientHash, target);
        int slot = slots.find(client, target, sessionHash);
        if (slot != SessionSlots.NO_SLOT) {
            slots.setState(slot, SessionState.answered(SessionState.added(sessionHash, touchedS), touchedS, flags));
        }
    }

    /** For the server thread to read; what {@link #put} uses may be others. */
    SessionSlots slots() {
        return slots;
    }

    /** Any thread; it may see a moment ago. */
    long memoryBytes() {
        return slots.memoryBytes();
    }

    /** Slots in use, those of closed tunnels included. */
    int used() {
        return used;
    }
}
