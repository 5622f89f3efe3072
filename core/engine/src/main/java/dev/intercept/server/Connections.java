package dev.intercept.server;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections by tunnel number. Changed by the server thread, read by any. */
final class Connections {

    /** A connection has this long to speak before it may be closed for another: its first record may be under way. */
    static final long GRACE_NS = 1_000_000_000L;

    private final Map<Integer, ClientConnection> byNumber = new ConcurrentHashMap<>();

    void add(ClientConnection connection) {
        byNumber.put(connection.tunnel().number(), connection);
    }

    boolean has(ClientConnection connection) {
        return byNumber.containsKey(connection.tunnel().number());
    }

    void remove(ClientConnection connection) {
        byNumber.remove(connection.tunnel().number());
    }

    int size() {
        return byNumber.size();
    }

    /** All of them; a moment's picture, which changes made meanwhile do not disturb. */
    Collection<ClientConnection> all() {
        return byNumber.values();
    }

    /**
     * Which to close when there is no room for another: of those that had time to speak and did not, the oldest of the address
     * that has most of them, so that who opens many silent connections loses its own. Empty when there is none.
     */
    Optional<ClientConnection> firstToGiveWay(long nowNs) {
        List<ClientConnection> silent = all().stream()
                .filter(connection -> !connection.isRecognised() && nowNs - connection.acceptedNs() > GRACE_NS)
                .toList();
        Map<InetAddress, Integer> byAddress = new HashMap<>();
        silent.forEach(connection -> byAddress.merge(connection.address(), 1, Integer::sum));
        return silent.stream()
                .min(Comparator.<ClientConnection>comparingInt(connection -> -byAddress.get(connection.address()))
                        .thenComparingInt(connection -> connection.tunnel().number()));
    }
}
