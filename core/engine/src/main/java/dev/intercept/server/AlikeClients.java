package dev.intercept.server;

import dev.intercept.tcpcopy.Conclusion;
import dev.intercept.tcpcopy.Generation;
import java.net.InetAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Distinguishes 0.7 from 0.8 and 0.9.0, whose records are alike, by the connections that a client opens at once before its first ADD: 0.7
 * one for each of its targets, the others three. What stays unclear is taken for what the address was before, or for 0.7.
 *
 * <p>Server thread.
 */
final class AlikeClients {

    /**
     * How close connections must be to be of one client. The first that gives a clear number holds: where the network is slow
     * three connections take a while, and where two clients start on one host a while lies between them.
     */
    private static final long[] AT_ONCE_NS = {1_000_000_000L, 100_000_000L, 10_000_000L};

    private static final int CONNECTIONS_OF_08 = 3;

    /** Addresses remembered; beyond, the one that was concluded first is forgotten. */
    private static final int REMEMBERED = 1024;

    private final Map<InetAddress, Conclusion> known = new LinkedHashMap<>();

    /** @param all open connections, those just accepted included */
    Conclusion conclude(ClientConnection asking, Collection<ClientConnection> all) {
        if (asking.conclusion() != null) {
            return asking.conclusion();
        }
        List<ClientConnection> together = List.of();
        Optional<Conclusion> clear = Optional.empty();
        for (int i = 0; i < AT_ONCE_NS.length && clear.isEmpty(); i++) {
            long atOnceNs = AT_ONCE_NS[i];
            together = all.stream()
                    .filter(other -> isTogether(asking, other, atOnceNs))
                    .toList();
            clear = clear(together.size());
        }
        Conclusion conclusion = clear.orElseGet(() -> guess(asking.address()));
        together.forEach(connection -> connection.concluded(conclusion));
        clear.ifPresent(certain -> remember(asking.address(), certain));
        return conclusion;
    }

    private static boolean isTogether(ClientConnection asking, ClientConnection other, long atOnceNs) {
        return other == asking
                || !other.isRecognised()
                        && other.conclusion() == null
                        && other.address().equals(asking.address())
                        && Math.abs(other.acceptedNs() - asking.acceptedNs()) <= atOnceNs;
    }

    private static Optional<Conclusion> clear(int connections) {
        if (connections == 1) {
            return Optional.of(new Conclusion(
                    Generation.V0_7, "recognised by the one connection that it opened, not three", Optional.empty()));
        }
        return connections % CONNECTIONS_OF_08 == 0
                ? Optional.of(new Conclusion(
                        Generation.V0_8_OR_V0_9,
                        "recognised by the " + connections + " connections that it opened at once",
                        Optional.empty()))
                : Optional.empty();
    }

    private Conclusion guess(InetAddress address) {
        Generation generation = Optional.ofNullable(known.get(address))
                .map(Conclusion::generation)
                .orElse(Generation.V0_7);
        String option = "--generation=" + address.getHostAddress() + "=";
        return new Conclusion(
                generation,
                "assumed",
                Optional.of(
                        "clients 0.7, 0.8 and 0.9.0 begin alike, and the connections of this one do not show which it is;"
                                + " " + generation + " is assumed, otherwise say " + option + "0.7, " + option
                                + "0.8 or " + option
                                + "0.9"));
    }

    private void remember(InetAddress address, Conclusion conclusion) {
        known.remove(address);
        known.put(address, conclusion);
        if (known.size() > REMEMBERED) {
            known.remove(known.keySet().iterator().next());
        }
    }
}
