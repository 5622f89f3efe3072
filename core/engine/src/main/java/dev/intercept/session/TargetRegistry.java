package dev.intercept.session;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Gives each tunnel a number that fits a session's slot, and ends all of a tunnel's sessions in one step: the number of a
 * closed tunnel leads nowhere, and is not given again before the last slot that has it was cleared.
 *
 * <p>Thread rule: the server thread's, but for {@link #target} and the two counts, which are any thread's.
 */
final class TargetRegistry {

    /** The id of no tunnel. */
    static final int NO_ID = 0;

    private static final int INITIAL_CAPACITY = 16;

    private static final class Entry {
        private final int id;
        private final RouteTarget target;
        private boolean open = true;
        private int sessions;
        private int wildcards;

        Entry(int id, RouteTarget target) {
            this.id = id;
            this.target = target;
        }
    }

    private final Map<RouteTarget, Entry> open = new IdentityHashMap<>();
    private Entry[] entries = new Entry[INITIAL_CAPACITY];
    private int[] freeIds = new int[INITIAL_CAPACITY];
    private int freeCount;
    private int lastId = NO_ID;

    /** By id. Elements are written before this field is, so that reading it shows them. */
    private volatile RouteTarget[] targets = new RouteTarget[INITIAL_CAPACITY];

    private volatile int sessions;
    private volatile int wildcards;
    private int closedSessions;

    /** The tunnel's id, given now if it has none. */
    int idOf(RouteTarget target) {
        Entry entry = open.get(target);
        return entry != null ? entry.id : register(target);
    }

    /** The tunnel's id, or {@link #NO_ID} when it has no session or was closed. */
    int knownId(RouteTarget target) {
        Entry entry = open.get(target);
        return entry != null ? entry.id : NO_ID;
    }

    private int register(RouteTarget target) {
        int id = freeCount > 0 ? freeIds[--freeCount] : ++lastId;
        if (id == entries.length) {
            grow();
        }
        Entry entry = new Entry(id, target);
        entries[id] = entry;
        open.put(target, entry);
        publish(id, target);
        return id;
    }

    private void grow() {
        int capacity = entries.length * 2;
        entries = Arrays.copyOf(entries, capacity);
        freeIds = Arrays.copyOf(freeIds, capacity);
        targets = Arrays.copyOf(targets, capacity);
    }

    /** The open tunnel with this id, or null. Any number may be asked for. */
    RouteTarget target(int id) {
        RouteTarget[] current = targets;
        return id < current.length ? current[id] : null;
    }

    boolean isOpen(int id) {
        return entries[id].open;
    }

    /** From now on the tunnel's id leads nowhere. */
    void close(RouteTarget target) {
        Entry entry = open.remove(target);
        if (entry == null) {
            return;
        }
        entry.open = false;
        publish(entry.id, null);
        sessions -= entry.sessions;
        wildcards -= entry.wildcards;
        closedSessions += entry.sessions;
        freeIfUnused(entry);
    }

    /** A session's slot has this id now. */
    void sessionAdded(int id, boolean wildcard) {
        count(entries[id], 1, wildcard ? 1 : 0);
    }

    /** A session's slot has this id no more. */
    void sessionRemoved(int id, boolean wildcard) {
        Entry entry = entries[id];
        count(entry, -1, wildcard ? -1 : 0);
        freeIfUnused(entry);
    }

    private void count(Entry entry, int session, int wildcard) {
        entry.sessions += session;
        entry.wildcards += wildcard;
        if (entry.open) {
            sessions += session;
            wildcards += wildcard;
        } else {
            closedSessions += session;
        }
    }

    private void freeIfUnused(Entry entry) {
        if (!entry.open && entry.sessions == 0) {
            entries[entry.id] = null;
            freeIds[freeCount++] = entry.id;
        }
    }

    /** Sessions of open tunnels. */
    int sessions() {
        return sessions;
    }

    /** Routes to any target, of open tunnels. */
    int wildcards() {
        return wildcards;
    }

    /** Slots that sessions of closed tunnels still have. */
    int closedSessions() {
        return closedSessions;
    }

    private void publish(int id, RouteTarget target) {
        RouteTarget[] current = targets;
        current[id] = target;
        targets = current;
    }
}
