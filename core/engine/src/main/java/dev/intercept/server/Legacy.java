package dev.intercept.server;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * What a server that has ended leaves to the one that takes its place, in another process: sockets that go on, and what is known of
 * them. An {@link Inheritance} once the other has it.
 *
 * @param listener the listening socket
 * @param tunnels of each connection, in the order in which {@code state} names them
 */
public record Legacy(ServerSocketChannel listener, List<SocketChannel> tunnels, State state) {

    /** Writes the rest. */
    @FunctionalInterface
    public interface State {
        void writeTo(DataOutput out) throws IOException;
    }

    /** With more behind its state. */
    public Legacy and(State more) {
        return new Legacy(listener, tunnels, out -> {
            state.writeTo(out);
            more.writeTo(out);
        });
    }
}
