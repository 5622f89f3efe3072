package dev.intercept.server;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections by tunnel number. Changed by the server thread, read by any. */
final class Connections {

    /** A connection has this long to speak before it may be closed for another: its first record may be in flight. */
    static final long GRACE_NS = 1_000_000_000L;

    /** Addresses remembered; beyond, the one whose connection ended first is forgotten. */
    private static final int REMEMBERED = 1024;

    private final Map<Integer, ClientConnection> byNumber = new ConcurrentHashMap<>();

    /** Addresses of connections that have ended and had added routes. Server thread. */
    private final Set<InetAddress> formerlyAdded = new LinkedHashSet<>();

    void add(ClientConnection connection) {
        byNumber.put(connection.tunnel().number(), connection);
    }

    boolean has(ClientConnection connection) {
        return byNumber.containsKey(connection.tunnel().number());
    }

    void remove(ClientConnection connection) {
        byNumber.remove(connection.tunnel().number());
        if (hasAddedARoute(connection)) {
            remember(connection.address());
        }
    }

    private void remember(InetAddress address) {
        formerlyAdded.remove(address);
        formerlyAdded.add(address);
        if (formerlyAdded.size() > REMEMBERED) {
            formerlyAdded.remove(formerlyAdded.iterator().next());
        }
    }

    int size() {
        return byNumber.size();
    }

    /** All of them in the order of accept. */
    List<ClientConnection> inOrder() {
        return byNumber.values().stream()
                .sorted(Comparator.comparingInt(
                        connection -> connection.tunnel().number()))
                .toList();
    }

    /** A moment's picture. */
    List<Tunnel> tunnels() {
        return byNumber.values().stream().map(ClientConnection::tunnel).toList();
    }

    /** Headers that wait for all sockets. */
    long waiting() {
        long waiting = 0;
        for (ClientConnection connection : byNumber.values()) {
            waiting += connection.tunnel().waiting();
        }
        return waiting;
    }

    /** Whether any was recognised as a tcpcopy's. A capture thread asks before each poll of a file, so no stream is made. */
    boolean areAnyRecognised() {
        for (ClientConnection connection : byNumber.values()) {
            if (connection.tunnel().format() != null) {
                return true;
            }
        }
        return false;
    }

    /** The most bytes that wait for one socket. */
    int longestBacklogBytes() {
        int longest = 0;
        for (ClientConnection connection : byNumber.values()) {
            longest = Math.max(longest, connection.tunnel().pendingBytes());
        }
        return longest;
    }

    /** All of them; a moment's picture, which changes made meanwhile do not disturb. */
    Collection<ClientConnection> all() {
        return byNumber.values();
    }

    /**
     * Which to close when there is no room for a newcomer: of those that said nothing, the oldest of the address that has most of them,
     * so that who opens many silent connections loses its own. Old clients say nothing before their first session: a connection of an
     * address that ever added a route goes only for one of such an address, and after all strangers. Strangers have time to speak,
     * unless the newcomer's address added routes. Empty when none is to go.
     */
    Optional<ClientConnection> firstToEvict(InetAddress newcomer, long nowNs) {
        Set<InetAddress> known = addressesThatAddedRoutes();
        boolean isKnown = known.contains(newcomer);
        List<ClientConnection> silent = all().stream()
                .filter(connection -> !connection.isRecognised())
                .filter(connection -> isKnown || !known.contains(connection.address()))
                .toList();
        Map<InetAddress, Integer> byAddress = new HashMap<>();
        silent.forEach(connection -> byAddress.merge(connection.address(), 1, Integer::sum));
        return silent.stream()
                .min(Comparator.<ClientConnection, Boolean>comparing(connection -> known.contains(connection.address()))
                        .thenComparingInt(connection -> -byAddress.getOrDefault(connection.address(), 0))
                        .thenComparingInt(connection -> connection.tunnel().number()))
                .filter(first -> isKnown && !known.contains(first.address()) || nowNs - first.acceptedNs() > GRACE_NS);
    }

    private Set<InetAddress> addressesThatAddedRoutes() {
        Set<InetAddress> addresses = new HashSet<>(formerlyAdded);
        all().stream()
                .filter(Connections::hasAddedARoute)
                .map(ClientConnection::address)
                .forEach(addresses::add);
        return addresses;
    }

    private static boolean hasAddedARoute(ClientConnection connection) {
        return connection.tunnel().announced() > 0;
    }
}
