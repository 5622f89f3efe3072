package dev.intercept.server;

import dev.intercept.session.Readers;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.stream.Collectors;

/** The open connections, as a packet source sees them. Any thread. */
record ConnectedClients(Connections connections, ClientProtocols protocols, Counters counters) implements Readers {

    /** With {@code --single} a client wants responses as soon as it is connected. */
    @Override
    public long routes() {
        long added = counters.get(Counter.ROUTES_ADDED);
        return added == 0 && protocols.anySingle() && areConnected() ? 1 : added;
    }

    @Override
    public boolean areConnected() {
        return connections.areAnyRecognised();
    }

    @Override
    public int longestBacklogBytes() {
        return connections.longestBacklogBytes();
    }

    @Override
    public String taken() {
        return connections.tunnels().stream()
                .map(tunnel -> tunnel + " " + tunnel.forwarded())
                .collect(Collectors.joining(", "));
    }
}
