package dev.intercept.session;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Gives each outlet, a tunnel that is, a number that fits a session's slot, and ends all of a tunnel's sessions in one step: the number of a
 * closed tunnel leads nowhere, and is not given again before the last slot that has it was cleared.
 *
 * <p>Thread rule: the server thread's, but for {@link #outlet} and the two counts, which are any thread's.
 */
final class OutletRegistry {

    /** The id of no tunnel. */
    static final int NO_ID = 0;

    private static final int INITIAL_CAPACITY = 16;

    private static final class Entry {
        private final int id;
        private final Outlet outlet;
        private boolean open = true;
        private int sessions;
        private int wildcards;

        Entry(int id, Outlet outlet) {
            this.id = id;
            this.outlet = outlet;
        }
    }

    private final Map<Outlet, Entry> open = new IdentityHashMap<>();
    private Entry[] entries = new Entry[INITIAL_CAPACITY];
    private int[] freeIds = new int[INITIAL_CAPACITY];
    private int freeCount;
    private int lastId = NO_ID;

    /** By id. Elements are written before this field is, so that reading it shows them. */
    private volatile Outlet[] outlets = new Outlet[INITIAL_CAPACITY];

    private volatile int sessions;
    private volatile int wildcards;
    private int closedSessions;

    /** The tunnel's id, given now if it has none. */
    int idOf(Outlet outlet) {
        Entry entry = open.get(outlet);
        return entry != null ? entry.id : register(outlet);
    }

    /** The tunnel's id, or {@link #NO_ID} when it has no session or was closed. */
    int knownId(Outlet outlet) {
        Entry entry = open.get(outlet);
        return entry != null ? entry.id : NO_ID;
    }

    private int register(Outlet outlet) {
        int id = freeCount > 0 ? freeIds[--freeCount] : ++lastId;
        if (id == entries.length) {
            grow();
        }
        Entry entry = new Entry(id, outlet);
        entries[id] = entry;
        open.put(outlet, entry);
        publish(id, outlet);
        return id;
    }

    private void grow() {
        int capacity = entries.length * 2;
        entries = Arrays.copyOf(entries, capacity);
        freeIds = Arrays.copyOf(freeIds, capacity);
        outlets = Arrays.copyOf(outlets, capacity);
    }

    /** The open tunnel with this id, or null. Any number may be asked for. */
    Outlet outlet(int id) {
        Outlet[] current = outlets;
        return id < current.length ? current[id] : null;
    }

    boolean isOpen(int id) {
        return entries[id].open;
    }

    /** From now on the tunnel's id leads nowhere. */
    void close(Outlet outlet) {
        Entry entry = open.remove(outlet);
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

    /** Routes to any outlet, of open tunnels. */
    int wildcards() {
        return wildcards;
    }

    /** Slots that sessions of closed tunnels still have. */
    int closedSessions() {
        return closedSessions;
    }

    private void publish(int id, Outlet outlet) {
        Outlet[] current = outlets;
        current[id] = outlet;
        outlets = current;
    }
}
