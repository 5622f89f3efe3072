package dev.intercept.session;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** Who has at least so much of an equal share may lose sessions; so these have an eighth of all at least, and are found soon. */
    private static final long GIVING_EIGHTHS = 7;

    private static final long EIGHTHS = 8;

    private static final class Entry {
        private final int id;
        private final Host host;
        private boolean open = true;
        private int sessions;
        private int wildcards;

        Entry(int id, Host host) {
            this.id = id;
            this.host = host;
        }
    }

    /** What open outlets with the same owner have together; outlets without sessions are not counted. */
    private static final class Host {
        private int open;
        private int outlets;
        private int sessions;
    }

    private final Map<Outlet, Entry> open = new IdentityHashMap<>();
    private final Map<Integer, Host> hosts = new HashMap<>();
    private int hostsWithSessions;
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
        Host host = hosts.computeIfAbsent(outlet.owner(), owner -> new Host());
        host.open++;
        Entry entry = new Entry(id, host);
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
    @Nullable
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
        countOpen(entry, -entry.sessions, -entry.wildcards, entry.sessions, 0);
        if (--entry.host.open == 0) {
            hosts.remove(outlet.owner());
        }
        entry.open = false;
        publish(entry.id, null);
        closedSessions += entry.sessions;
        freeIfUnused(entry);
    }

    /**
     * Whether the tunnel may lose sessions to make room for others': it is open, its host has about its equal share of all sessions or
     * more, and it has about its equal share of its host's. There is always one that may.
     */
    boolean gives(int id) {
        Entry entry = entries[id];
        Host host = entry.host;
        return entry.open
                && EIGHTHS * host.sessions * hostsWithSessions >= GIVING_EIGHTHS * sessions
                && EIGHTHS * entry.sessions * host.outlets >= GIVING_EIGHTHS * host.sessions;
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
            countOpen(entry, session, wildcard, entry.sessions - session, entry.sessions);
        } else {
            closedSessions += session;
        }
    }

    private void countOpen(Entry entry, int session, int wildcard, int sessionsBefore, int sessionsNow) {
        Host host = entry.host;
        int hostSessionsBefore = host.sessions;
        sessions += session;
        wildcards += wildcard;
        host.sessions += session;
        host.outlets += Integer.signum(sessionsNow) - Integer.signum(sessionsBefore);
        hostsWithSessions += Integer.signum(host.sessions) - Integer.signum(hostSessionsBefore);
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

    private void publish(int id, @Nullable Outlet outlet) {
        Outlet[] current = outlets;
        current[id] = outlet;
        outlets = current;
    }
}
