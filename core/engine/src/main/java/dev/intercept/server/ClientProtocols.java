package dev.intercept.server;

import dev.intercept.net.Cidr;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the wire does not show about each client, by the client's address. Immutable.
 *
 * @param others of clients of which nothing else is said
 * @param networks what is said of some; where several are about an address the one of the longest prefix holds, and of equal ones
 *     the last
 */
public record ClientProtocols(ProtocolOptions others, List<Network> networks) {

    /** What was said about the clients of one network; what is empty is as with all others. */
    public record Network(
            Cidr clients,
            Optional<Generation> generation,
            Optional<Combined> combined,
            Optional<Boolean> payload,
            Optional<Boolean> single) {

        private ProtocolOptions on(ProtocolOptions before) {
            return new ProtocolOptions(
                    combined.orElse(before.combined()),
                    payload.orElse(before.payload()),
                    single.orElse(before.single()),
                    generation.or(before::forced),
                    before.batchLimit());
        }
    }

    public ClientProtocols {
        networks = networks.stream()
                .sorted(Comparator.comparingInt(network -> network.clients.prefixBits()))
                .toList();
    }

    /** The same for every client. */
    public static ClientProtocols all(ProtocolOptions options) {
        return new ClientProtocols(options, List.of());
    }

    /** What holds for the client with this address. */
    public ProtocolOptions of(InetAddress client) {
        ProtocolOptions options = others;
        for (Network network : networks) {
            options = network.clients.contains(client) ? network.on(options) : options;
        }
        return options;
    }

    /** The generations that are named for any client. */
    public List<Generation> generations() {
        return Stream.concat(
                        others.forced().stream(), networks.stream().flatMap(network -> network.generation.stream()))
                .toList();
    }

    /** Whether there may be clients built with {@code --single}. */
    public boolean anySingle() {
        return others.single() || networks.stream().anyMatch(network -> network.single.orElse(false));
    }

    /** Whether there may be clients built with {@code --payload}. */
    public boolean anyPayload() {
        return others.payload() || networks.stream().anyMatch(network -> network.payload.orElse(false));
    }
}
