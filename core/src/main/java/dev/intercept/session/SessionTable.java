package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Which tunnel each session's responses go to, and the headers that wait for a route.
 *
 * <p>Addresses and ports are as {@link ResponsePacket} gives them; a target of {@code 0:0} stands for any target, as the
 * clients before 0.9.1 name none. Time is given in seconds of any clock that only goes forward.
 *
 * <p>Thread rule: any thread may call {@link #find} and {@link #findOrPark}; all else is the server thread's, but the sizes,
 * which any thread may read.
 */
public final class SessionTable {

    private record Key(int clientAddress, int clientPort, int targetAddress, int targetPort) {}

    private static final class Session {
        private RouteTarget target;
        private boolean answered;
        private int touchedS;
    }

    private record Parked(Key key, byte[] header, int parkedS) {}

    private final SessionLimits limits;
    private final Counters serverCounters;
    private final Map<Key, Session> sessions = new HashMap<>();
    private final ArrayDeque<Parked> parked = new ArrayDeque<>();

    /** @param serverCounters the counts of the server thread */
    public SessionTable(SessionLimits limits, Counters serverCounters) {
        this.limits = limits;
        this.serverCounters = serverCounters;
    }

    /**
     * The tunnel that a response of this session goes to, or null when it has no route. Touches the session. Takes no lock
     * and allocates nothing. Any thread.
     */
    public synchronized RouteTarget find(
            int clientAddress, int clientPort, int targetAddress, int targetPort, int nowS) {
        Session session = sessions.get(new Key(clientAddress, clientPort, targetAddress, targetPort));
        if (session == null) {
            session = sessions.get(new Key(clientAddress, clientPort, 0, 0));
        }
        if (session == null) {
            return null;
        }
        session.answered = true;
        session.touchedS = nowS;
        return session.target;
    }

    /**
     * As {@link #find}, and where there is no route the header is parked until there is one. For the responses worth it: SYN
     * and RST. Takes a lock for well under a microsecond. Any thread.
     *
     * @param response wrapped and of kind TCP; at most its first 128 captured bytes are copied
     * @param laneCounters the counts of the calling thread
     * @return null when it was parked
     */
    public synchronized RouteTarget findOrPark(ResponsePacket response, int nowS, Counters laneCounters) {
        RouteTarget target = find(
                response.destinationAddress(),
                response.destinationPort(),
                response.sourceAddress(),
                response.sourcePort(),
                nowS);
        if (target == null) {
            Key key = new Key(
                    response.destinationAddress(),
                    response.destinationPort(),
                    response.sourceAddress(),
                    response.sourcePort());
            byte[] header = new byte[Math.min(128, response.capturedBytes())];
            response.buffer().get(response.offset(), header);
            parked.add(new Parked(key, header, nowS));
            if (parked.size() > limits.maxParked()) {
                parked.remove();
                laneCounters.increment(Counter.PARKED_EVICTED);
            }
        }
        return target;
    }

    /**
     * Makes {@code target} the session's route, whoever had it before. Headers parked for it are forwarded and flushed first,
     * so that no later response overtakes them. Counts {@code routes_added}, {@code unparked} and {@code evicted}.
     */
    public synchronized void add(
            int clientAddress, int clientPort, int targetAddress, int targetPort, RouteTarget target, int nowS) {
        serverCounters.increment(Counter.ROUTES_ADDED);
        Key key = new Key(clientAddress, clientPort, targetAddress, targetPort);
        ResponsePacket packet = new ResponsePacket();
        parked.removeIf(header -> {
            if (!header.key().equals(key)) {
                return false;
            }
            packet.wrap(ByteBuffer.wrap(header.header()));
            if (target.forward(packet)) {
                serverCounters.increment(Counter.UNPARKED);
            }
            return true;
        });
        target.flush();
        Session session = sessions.computeIfAbsent(key, k -> new Session());
        session.target = target;
        session.touchedS = nowS;
    }

    /**
     * Ends the session when its route is {@code by}: a DEL of a tunnel that it has moved away from changes nothing. Counts
     * {@code routes_deleted}.
     *
     * @return whether it ended
     */
    public synchronized boolean remove(
            int clientAddress, int clientPort, int targetAddress, int targetPort, RouteTarget by) {
        Key key = new Key(clientAddress, clientPort, targetAddress, targetPort);
        Session session = sessions.get(key);
        if (session == null || session.target != by) {
            return false;
        }
        serverCounters.increment(Counter.ROUTES_DELETED);
        sessions.remove(key);
        return true;
    }

    /** Ends all sessions of a tunnel at once: no {@link #find} that begins after this returns it. Add nothing for it later. */
    public synchronized void closed(RouteTarget target) {
        sessions.values().removeIf(session -> session.target == target);
    }

    /**
     * Drops sessions and parked headers whose time is over. To be called about ten times a second; one call does a bounded
     * part of the work, about a millisecond at most. No session is found after its time, dropped or not.
     */
    public synchronized void expire(int nowS) {
        sessions.values()
                .removeIf(session -> nowS - session.touchedS
                        >= (session.answered ? limits.routeTimeoutS() : limits.unansweredTimeoutS()));
        parked.removeIf(header -> nowS - header.parkedS() >= limits.parkedTimeoutS());
    }

    /** Sessions with a route, those to any target included. */
    public synchronized int size() {
        return sessions.size();
    }

    /** Routes of old clients, which lead the responses of any target. */
    public synchronized int wildcardRoutes() {
        return (int) sessions.keySet().stream()
                .filter(key -> key.targetAddress() == 0 && key.targetPort() == 0)
                .count();
    }

    /** Headers that wait for a route. */
    public synchronized int parked() {
        return parked.size();
    }
}
