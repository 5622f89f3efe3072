package dev.intercept.monitor;

import dev.intercept.server.Tunnel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What tunnels were sent, added up by the address of their peer: a peer that connects again and again stays one, and its sums go
 * on growing, as a counter must. Bounded: with more than {@link #MAX_PEERS} addresses, the later ones are one. Any thread.
 */
final class PeerTotals {

    /** Online servers are a handful. */
    static final int MAX_PEERS = 256;

    static final String OTHERS = "others";

    /**
     * Of one address.
     *
     * @param tunnels that are open
     * @param forwarded headers that tunnels took, ended ones too; written and dropped likewise
     * @param pendingBytes that wait now
     */
    record Total(long tunnels, long forwarded, long written, long dropped, long pendingBytes) {

        private static final Total NONE = new Total(0, 0, 0, 0, 0);

        private static Total of(Tunnel tunnel) {
            return new Total(1, tunnel.forwarded(), tunnel.written(), tunnel.overflowed(), tunnel.pendingBytes());
        }

        private Total plus(Total other) {
            return new Total(
                    tunnels + other.tunnels,
                    forwarded + other.forwarded,
                    written + other.written,
                    dropped + other.dropped,
                    pendingBytes + other.pendingBytes);
        }

        private Total ended() {
            return new Total(0, forwarded, written, dropped, 0);
        }
    }

    private final Map<Tunnel, String> open = new IdentityHashMap<>();
    private final Map<String, Total> ended = new TreeMap<>();

    /**
     * The sums by address, from the tunnels that are open at this moment and those that were at one before: a tunnel that came
     * and went between two calls is not in them.
     */
    synchronized Map<String, Total> with(Collection<Tunnel> now) {
        Set<Tunnel> still = new HashSet<>(now);
        List<Tunnel> gone =
                open.keySet().stream().filter(tunnel -> !still.contains(tunnel)).toList();
        for (Tunnel tunnel : gone) {
            ended.merge(open.remove(tunnel), Total.of(tunnel).ended(), Total::plus);
        }
        for (Tunnel tunnel : new ArrayList<>(now)) {
            String peer = open.computeIfAbsent(tunnel, opened -> label(opened.peer()));
            ended.putIfAbsent(peer, Total.NONE);
        }
        Map<String, Total> sums = new TreeMap<>(ended);
        open.forEach((tunnel, peer) -> sums.merge(peer, Total.of(tunnel), Total::plus));
        return sums;
    }

    private String label(String peer) {
        String address = peer.substring(0, peer.lastIndexOf(':'));
        return ended.containsKey(address) || ended.size() < MAX_PEERS ? address : OTHERS;
    }
}
