package dev.intercept.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a session table should do, written down as plainly as possible: maps, lists and a scan for everything. */
final class TableModel {

    record Key(int client, int target) {
        Key anyTarget() {
            return new Key(client, 0);
        }
    }

    record Forwarded(int tunnel, int sequence) {}

    private record Wait(Key key, int tick) {}

    private record Parked(Key key, int sequence, int parkedS) {}

    private static final class Session {
        private int tunnel;
        private boolean answered;
        private int touchedS;
    }

    static final int NO_TUNNEL = -1;

    final List<Forwarded> forwarded = new ArrayList<>();
    int unparked;
    int parkedExpired;
    int parkedEvicted;
    int evicted;

    private final SessionLimits limits;
    private final Map<Key, Session> sessions = new HashMap<>();
    private final List<Parked> parked = new ArrayList<>();
    private final List<Wait> waits = new ArrayList<>();
    private final Set<Integer> named = new HashSet<>();
    private final Set<Integer> unnamed = new HashSet<>();
    private final Set<Integer> overlapping = new HashSet<>();
    private int ticks;

    TableModel(SessionLimits limits) {
        this.limits = limits;
    }

    int find(Key key, int nowS) {
        endOver(nowS);
        Session session = sessions.getOrDefault(key, sessions.get(key.anyTarget()));
        if (session == null) {
            return NO_TUNNEL;
        }
        session.answered = true;
        session.touchedS = nowS;
        return session.tunnel;
    }

    int findOrPark(Key key, int sequence, int nowS) {
        endOver(nowS);
        boolean exactOnly = overlapping.contains(key.target) && !sessions.containsKey(key);
        int tunnel = exactOnly ? NO_TUNNEL : find(key, nowS);
        if (tunnel == NO_TUNNEL) {
            if (!named.isEmpty() && (named.contains(key.target) || !unnamed.contains(key.target))) {
                waits.add(new Wait(key, ticks));
            }
            park(key, sequence, nowS);
        }
        return tunnel;
    }

    void expire(int nowS) {
        ticks++;
        while (!waits.isEmpty() && ticks - waits.get(0).tick >= 2) {
            Key key = waits.get(0).key;
            boolean isParked = parked.stream().anyMatch(each -> each.key.equals(key));
            int tunnel = isParked ? find(key, nowS) : NO_TUNNEL;
            if (tunnel != NO_TUNNEL && unpark(key, tunnel, nowS) && !named.contains(key.target)) {
                unnamed.add(key.target);
            }
            waits.remove(0);
        }
        expireParked(nowS);
    }

    private void park(Key key, int sequence, int nowS) {
        List<Parked> ofSession =
                parked.stream().filter(each -> each.key.equals(key)).toList();
        if (ofSession.size() >= limits.maxParkedPerSession()) {
            parked.remove(ofSession.get(0));
            parkedEvicted++;
        } else if (parked.size() >= limits.maxParked()) {
            parked.remove(0);
            parkedEvicted++;
        }
        parked.add(new Parked(key, sequence, nowS));
    }

    void add(Key key, int tunnel, int nowS) {
        endOver(nowS);
        if (key.target != 0) {
            named.add(key.target);
            if (sessions.containsKey(key.anyTarget())) {
                overlapping.add(key.target);
            }
        }
        if (!sessions.containsKey(key) && sessions.size() >= limits.maxSessions()) {
            evict();
        }
        boolean answered = unpark(key, tunnel, nowS);
        Session session = sessions.computeIfAbsent(key, each -> new Session());
        session.answered |= answered;
        session.tunnel = tunnel;
        session.touchedS = nowS;
    }

    private void evict() {
        Key oldest = null;
        for (Map.Entry<Key, Session> each : sessions.entrySet()) {
            if (oldest == null || each.getValue().touchedS < sessions.get(oldest).touchedS) {
                oldest = each.getKey();
            }
        }
        sessions.remove(oldest);
        evicted++;
    }

    private boolean unpark(Key key, int tunnel, int nowS) {
        int before = unparked;
        for (Iterator<Parked> all = parked.iterator(); all.hasNext(); ) {
            Parked each = all.next();
            boolean isOfAnyTarget =
                    each.key.anyTarget().equals(key) && waits.stream().noneMatch(wait -> wait.key.equals(each.key));
            if (!each.key.equals(key) && !isOfAnyTarget) {
                continue;
            }
            all.remove();
            if (nowS - each.parkedS >= limits.parkedTimeoutS()) {
                parkedExpired++;
            } else {
                unparked++;
                forwarded.add(new Forwarded(tunnel, each.sequence));
            }
        }
        return unparked > before;
    }

    void delete(Key key, int tunnel) {
        sessions.entrySet().removeIf(each -> each.getKey().equals(key) && each.getValue().tunnel == tunnel);
    }

    void closed(int tunnel) {
        sessions.values().removeIf(each -> each.tunnel == tunnel);
    }

    /** The table's sweep comes later, but nothing is found meanwhile. */
    void endOver(int nowS) {
        sessions.values()
                .removeIf(each ->
                        nowS - each.touchedS >= (each.answered ? limits.routeTimeoutS() : limits.unansweredTimeoutS()));
    }

    private void expireParked(int nowS) {
        int before = parked.size();
        parked.removeIf(each -> nowS - each.parkedS >= limits.parkedTimeoutS());
        parkedExpired += before - parked.size();
    }

    int size() {
        return sessions.size();
    }

    int wildcardRoutes() {
        return (int)
                sessions.keySet().stream().filter(each -> each.target() == 0).count();
    }

    int parked() {
        return parked.size();
    }
}
