package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which tunnel each session's responses go to, and the headers that wait for a route.
 *
 * <p>Addresses and ports are as {@link ResponsePacket} gives them; a target of {@code 0:0} stands for any target, as the
 * clients before 0.9.1 name none. Time is given in seconds of any clock that only goes forward.
 *
 * <p>Thread rule: any thread may call {@link #find} and {@link #findOrPark}; all else is for one thread at a time, called the server thread
 * in this package, but the sizes, which any thread may read.
 */
public final class SessionTable {

    private static final int PARKED_EXPIRED_PER_CALL = 4096;
    /** Slots that sessions of closed tunnels may hold beyond the bound of sessions before all are cleared at once. */
    private static final int CLOSED_SHARE = 16;

    private static final int MIN_CLOSED = 1024;

    static final int EVERY_BIT = -1;
    private final SessionLimits limits;
    private final int targetAddressMask;
    private final Counters serverCounters;
    private final SessionHash hash;
    private final OutletRegistry outlets = new OutletRegistry();
    private final SessionSegment[] segments = new SessionSegment[SessionSegment.SEGMENTS];
    private final SessionSweep sweep;
    private final LongestIdle longestIdle;
    private final NamedTargets targets = new NamedTargets();
    private final NameWait waiting = new NameWait();
    private final ParkedHeaders parked;
    private final DroppedSessions dropped = new DroppedSessions();

    private final ParkedReader reader;

    /** What one thread needs to forward parked headers. */
    private static final class ParkedReader {
        private final ByteBuffer header = ByteBuffer.allocateDirect(HeaderStore.HEADER_BYTES);
        private final ResponsePacket response = new ResponsePacket();
        private final Counters counters;

        ParkedReader(Counters counters) {
            this.counters = counters;
        }
    }

    /** @param serverCounters the counts of the server thread */
    public SessionTable(SessionLimits limits, Counters serverCounters) {
        this(limits, serverCounters, false);
    }

    /** @param anyTarget whether sessions are distinguished by the target's port only, not its address */
    public SessionTable(SessionLimits limits, Counters serverCounters, boolean anyTarget) {
        this(limits, serverCounters, anyTarget ? 0 : EVERY_BIT, SessionHash.random(), StampedLock::new);
    }

    SessionTable(SessionLimits limits, Counters serverCounters, SessionHash hash) {
        this(limits, serverCounters, EVERY_BIT, hash, StampedLock::new);
    }

    /** @param locks of the segments; a test's do something between a look and what follows it */
    SessionTable(
            SessionLimits limits,
            Counters serverCounters,
            int targetAddressMask,
            SessionHash hash,
            Supplier<StampedLock> locks) {
        this.targetAddressMask = targetAddressMask;
        this.limits = limits;
        this.serverCounters = serverCounters;
        this.hash = hash;
        SessionLife life = new SessionLife(limits.routeTimeoutS(), limits.unansweredTimeoutS());
        int capacity = SessionSegment.capacityFor(limits.tableSize());
        for (int index = 0; index < segments.length; index++) {
            segments[index] = new SessionSegment(locks.get(), capacity, hash, life, outlets, serverCounters, dropped);
        }
        sweep = new SessionSweep(segments);
        longestIdle = new LongestIdle(segments, life, outlets);
        parked = new ParkedHeaders(hash, limits, waiting);
        reader = new ParkedReader(serverCounters);
    }

    /** To be called before the first session is added. The observer is called by the server thread of the moment. */
    public void observe(RouteObserver observer) {
        for (SessionSegment segment : segments) {
            segment.observe(observer);
        }
    }

    /**
     * The tunnel that a response of this session goes to, or null when it has no route. Touches the session.
     * Allocates nothing and takes no lock, unless sessions beside this one change twice during the look. Any thread.
     */
    public @Nullable Outlet find(int clientAddress, int clientPort, int targetAddress, int targetPort, int nowS) {
        return find(
                SessionKey.end(clientAddress, clientPort),
                targetEnd(targetAddress, targetPort),
                nowS,
                SessionState.RESPONSE_SEEN,
                false);
    }

    /**
     * As {@link #find(int, int, int, int, int)}; the session remembers what the response shows. Where two clients copy
     * the same sessions to different targets, a SYN/ACK or RST is for the one that names its target, though that one's route
     * may still be under way, and not for the one that names none.
     */
    public @Nullable Outlet find(ResponsePacket response, int nowS) {
        long target = targetEnd(response.sourceAddress(), response.sourcePort());
        return find(
                SessionKey.end(response.destinationAddress(), response.destinationPort()),
                target,
                nowS,
                flags(response),
                (response.isSyn() || response.isRst()) && targets.overlaps(target));
    }

    private static int flags(ResponsePacket response) {
        return response.isSyn() ? SessionState.RESPONSE_SEEN : SessionState.RESPONSE_SEEN | SessionState.HANDSHAKE_OVER;
    }

    private @Nullable Outlet find(long client, long target, int nowS, int flags, boolean exactOnly) {
        long clientHash = hash.ofClient(client);
        return segment(clientHash).find(client, target, clientHash, nowS, flags, exactOnly);
    }

    /** A response that has no route: counts it when its session was there and was dropped. Any thread. */
    public void onUnrouted(ResponsePacket response, int nowS, Counters laneCounters) {
        long client = SessionKey.end(response.destinationAddress(), response.destinationPort());
        long target = targetEnd(response.sourceAddress(), response.sourcePort());
        dropped.onUnrouted(hash.ofSession(hash.ofClient(client), target), nowS, laneCounters);
    }

    /** Of the sessions that expired and were answered later: the longest time without a response or an ADD, in seconds. */
    public int longestExpiredIdleS() {
        return dropped.longestIdleS();
    }

    /**
     * To be called with the route of an answer that is no handshake: one that was kept back from a route to any target cannot
     * be for another any more, and goes first. Any thread; allocates only where there is such a one.
     */
    public void endWait(ResponsePacket response, Outlet route, int nowS, Counters laneCounters) {
        if (outlets.wildcards() == 0 || waiting.isEmpty()) {
            return;
        }
        long client = SessionKey.end(response.destinationAddress(), response.destinationPort());
        long target = targetEnd(response.sourceAddress(), response.sourcePort());
        if (waiting.contains(client, target)) {
            forwardParked(client, target, route, nowS, new ParkedReader(laneCounters));
        }
    }

    private int forwardParked(long client, long target, Outlet route, int nowS, ParkedReader reader) {
        SessionSegment segment = segment(hash.ofClient(client));
        long stamp = segment.lock();
        try {
            int forwarded = unpark(client, target, route, nowS, reader);
            if (forwarded > 0) {
                targets.leaveUnnamed(target);
            }
            return forwarded;
        } finally {
            segment.unlock(stamp);
        }
    }

    /**
     * As {@link #find}, and where there is no route the header is parked until there is one. For the responses worth it: SYN
     * and RST. Only when there is none it takes a lock, for about a microsecond. Any thread.
     *
     * @param response wrapped and of kind TCP; at most its first 128 captured bytes are copied
     * @param laneCounters the counts of the calling thread
     * @return null when it was parked
     */
    public @Nullable Outlet findOrPark(ResponsePacket response, int nowS, Counters laneCounters) {
        long client = SessionKey.end(response.destinationAddress(), response.destinationPort());
        long target = targetEnd(response.sourceAddress(), response.sourcePort());
        long clientHash = hash.ofClient(client);
        SessionSegment segment = segment(clientHash);
        boolean exactOnly = targets.overlaps(target);
        Outlet route = segment.find(client, target, clientHash, nowS, flags(response), exactOnly);
        if (route != null) {
            return route;
        }
        long stamp = segment.lock();
        try {
            Outlet addedMeanwhile = segment.route(client, target, clientHash, nowS, flags(response), exactOnly);
            if (addedMeanwhile == null && targets.mayBeNamed(target) && !waiting.add(client, target)) {
                addedMeanwhile = segment.route(client, target, clientHash, nowS, flags(response), false);
            }
            if (addedMeanwhile == null) {
                parked.park(client, target, response, nowS, laneCounters);
            }
            return addedMeanwhile;
        } finally {
            segment.unlock(stamp);
        }
    }

    /**
     * Makes {@code outlet} the session's route, whatever had it before. Headers parked for it are forwarded first, so that no
     * later response overtakes them, and flushed. Counts {@code routes_added}, {@code unparked} or
     * {@code unparked_overflow}, {@code socket_writes} and {@code evicted}.
     *
     * <p>{@code outlet} is called with a lock held: from {@link Outlet#forward} it must not call back.
     *
     * @return the tunnel of another host that had the session until now; null where none had it
     */
    public @Nullable Outlet add(
            int clientAddress, int clientPort, int targetAddress, int targetPort, Outlet outlet, int nowS) {
        long client = SessionKey.end(clientAddress, clientPort);
        return add(client, targetEnd(targetAddress, targetPort), outlet, nowS);
    }

    private @Nullable Outlet add(long client, long sessionTarget, Outlet outlet, int nowS) {
        long clientHash = hash.ofClient(client);
        SessionSegment segment = segment(clientHash);
        if (sessionTarget != SessionKey.ANY_TARGET) {
            targets.name(
                    sessionTarget,
                    segment.hasWildcards() && segment.contains(client, SessionKey.ANY_TARGET, clientHash, nowS));
        }
        makeRoom(segment, client, sessionTarget, clientHash, nowS);
        segment.announce(client, sessionTarget, clientHash);
        int unparked = unpark(client, sessionTarget, outlet, nowS, reader);
        @Nullable Outlet robbed;
        long stamp = segment.lock();
        try {
            unparked += unpark(client, sessionTarget, outlet, nowS, reader);
            robbed = segment.put(client, sessionTarget, clientHash, outlets.idOf(outlet), nowS, unparked > 0);
        } finally {
            segment.unlock(stamp);
        }
        serverCounters.increment(Counter.ROUTES_ADDED); // Who sees the count finds the route.
        if (unparked > 0) {
            outlet.flush(serverCounters);
        }
        return robbed;
    }

    private void makeRoom(SessionSegment segment, long client, long target, long clientHash, int nowS) {
        if (outlets.closedSessions() > Math.max(MIN_CLOSED, limits.maxSessions() / CLOSED_SHARE)) {
            sweep.all(nowS);
        }
        boolean full = outlets.sessions() >= limits.maxSessions();
        if (full && !segment.contains(client, target, clientHash, nowS)) {
            longestIdle.evict(nowS);
        }
    }

    /**
     * Called once without the lock for those there are, which may be many, and once with it for those that came meanwhile.
     *
     * @return how many responses had come, whether the tunnel had room for them or not
     */
    private int unpark(long client, long sessionTarget, Outlet outlet, int nowS, ParkedReader by) {
        int taken = 0;
        while (parked.take(client, sessionTarget, by.header, nowS, by.counters)) {
            by.response.wrap(by.header);
            boolean forwarded = outlet.forward(by.response);
            by.counters.increment(forwarded ? Counter.UNPARKED : Counter.UNPARKED_OVERFLOW);
            taken++;
        }
        return taken;
    }

    /**
     * Ends the session when its route is {@code by}: a DEL of a tunnel that it has moved away from changes nothing. Counts
     * {@code routes_deleted}.
     *
     * @return whether it ended
     */
    public boolean remove(int clientAddress, int clientPort, int targetAddress, int targetPort, Outlet by) {
        int id = outlets.knownId(by);
        if (id == OutletRegistry.NO_ID) {
            return false;
        }
        long client = SessionKey.end(clientAddress, clientPort);
        long clientHash = hash.ofClient(client);
        return segment(clientHash).remove(client, targetEnd(targetAddress, targetPort), clientHash, id);
    }

    /** Ends all sessions of a tunnel at once: no {@link #find} that begins after this returns it. Add nothing for it later. */
    public void closed(Outlet outlet) {
        outlets.close(outlet);
    }

    /**
     * Drops sessions and parked headers that expired. To be called about ten times a second; one call does a bounded
     * part of the work, about a millisecond at most. No session is found after its time, dropped or not.
     */
    public void expire(int nowS) {
        endWaits(nowS);
        sweep.some(outlets.sessions() + outlets.closedSessions(), nowS);
        parked.expire(nowS, PARKED_EXPIRED_PER_CALL, serverCounters);
    }

    /** There is a client that names the targets of its routes. */
    public void expectNamedTargets() {
        targets.expectNames();
    }

    /** What no route has named in time is for the client's route to any target, if it has one. */
    private void endWaits(int nowS) {
        waiting.tick();
        for (; waiting.isOver(); waiting.remove()) {
            long client = waiting.client();
            long target = waiting.target();
            long clientHash = hash.ofClient(client);
            Outlet route = parked.has(client, target)
                    ? segment(clientHash).find(client, target, clientHash, nowS, SessionState.RESPONSE_SEEN, false)
                    : null;
            if (route != null && forwardParked(client, target, route, nowS, reader) > 0) {
                route.flush(serverCounters);
            }
        }
    }

    /** Writes all sessions for {@link #restore} of another process. No other thread uses the table. */
    public void save(DataOutput out, ToIntFunction<Outlet> numberOf, int nowS) throws IOException {
        SessionTransfer.save(out, segments, outlets, numberOf, nowS);
    }

    /** Adds the sessions that {@link #save} wrote, and counts them as added. No other thread uses the table. */
    public void restore(DataInput in, IntFunction<Outlet> outletOf, int nowS) throws IOException {
        SessionTransfer.restore(in, outletOf, nowS, (client, target, outlet, touchedS, flags) -> {
            add(client, target, outlet, nowS);
            long clientHash = hash.ofClient(client);
            segment(clientHash).restore(client, target, clientHash, touchedS, flags);
        });
    }

    /** Takes out and writes the headers that wait for a route. */
    public void saveParked(DataOutput out, int nowS) throws IOException {
        SessionTransfer.saveParked(out, parked, nowS, serverCounters);
    }

    /** Parks the headers that {@link #saveParked} wrote, or forwards those that have a route by now. */
    public void restoreParked(DataInput in, int nowS) throws IOException {
        SessionTransfer.restoreParked(in, nowS, (response, parkedS) -> {
            Outlet route = findOrPark(response, parkedS, serverCounters);
            if (route != null) {
                serverCounters.increment(route.forward(response) ? Counter.UNPARKED : Counter.UNPARKED_OVERFLOW);
            }
        });
    }

    /** Sessions with a route, those to any target included; some may have expired a second or two ago. */
    public int size() {
        return outlets.sessions();
    }

    /** Routes of old clients, which lead the responses of any target. */
    public int wildcardRoutes() {
        return outlets.wildcards();
    }

    /** The latest headers that wait for a route, at most so many. Any thread. */
    public List<ParkedHeader> latestParked(int most) {
        return parked.latest(most);
    }

    /** Headers that wait for a route. */
    public int parked() {
        return parked.size();
    }

    /** What the slots of all sessions take; parked headers aside. Any thread. */
    public long memoryBytes() {
        long bytes = 0;
        for (SessionSegment segment : segments) {
            bytes += segment.memoryBytes();
        }
        return bytes;
    }

    private long targetEnd(int address, int port) {
        return SessionKey.end(address & targetAddressMask, port);
    }

    private SessionSegment segment(long clientHash) {
        return segments[SessionSegment.indexOf(clientHash)];
    }
}
