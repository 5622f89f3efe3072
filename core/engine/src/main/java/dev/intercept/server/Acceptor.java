package dev.intercept.server;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The listening socket: takes connections one by one and turns away who is not allowed. Server thread. */
final class Acceptor {

    private final ServerLimits limits;
    private final Counters counters;
    private final RateLimitedLog log;
    private final ServerSocketChannel channel;
    /** Since {@link #openSelector}, which comes before all else. */
    @SuppressWarnings("NullAway.Init")
    private SelectionKey key;

    private Acceptor(ServerSocketChannel channel, ServerLimits limits, Counters counters, RateLimitedLog log) {
        this.channel = channel;
        this.limits = limits;
        this.counters = counters;
        this.log = log;
    }

    static Acceptor bind(InetSocketAddress address, ServerLimits limits, Counters counters, RateLimitedLog log)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            // Connections of the intercept before this one may still be in TIME_WAIT: a restart must work at once.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, limits.maxTunnels());
            channel.configureBlocking(false);
            return new Acceptor(channel, limits, counters, log);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** With a socket that listens already. */
    static Acceptor on(ServerSocketChannel listening, ServerLimits limits, Counters counters, RateLimitedLog log)
            throws IOException {
        listening.configureBlocking(false);
        return new Acceptor(listening, limits, counters, log);
    }

    /** The listening socket. */
    ServerSocketChannel channel() {
        return channel;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.socket().getLocalSocketAddress();
    }

    /** One for this socket and what it accepts; where that cannot be, the socket is closed. */
    Selector openSelector() throws IOException {
        try {
            Selector selector = Selector.open();
            key = channel.register(selector, SelectionKey.OP_ACCEPT);
            return selector;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    boolean isReady(SelectionKey selected) {
        return selected == key;
    }

    /** A connection that may stay as far as its address goes, ready for use; null when there is none. */
    @Nullable
    SocketChannel accept() {
        SocketChannel accepted = null;
        try {
            accepted = channel.accept();
            return accepted == null || isRefused(accepted) ? null : prepared(accepted);
        } catch (IOException | RuntimeException e) {
            rest(e);
            discard(accepted);
            return null;
        }
    }

    private boolean isRefused(SocketChannel accepted) throws IOException {
        InetSocketAddress peer = peer(accepted);
        if (limits.allow().contains(peer.getAddress())) {
            return false;
        }
        refuse(accepted, peer, "not in --allow");
        return true;
    }

    private SocketChannel prepared(SocketChannel accepted) throws IOException {
        accepted.configureBlocking(false);
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        limits.keepalive().applyTo(accepted);
        return accepted;
    }

    void refuse(SocketChannel accepted, InetSocketAddress peer, String reason) {
        counters.increment(Counter.TUNNELS_REFUSED);
        discard(accepted);
        log.log("refused", Level.WARNING, () -> "connection from " + text(peer) + " refused: " + reason);
    }

    /** Out of descriptors or memory: the listening socket stays ready, so it is left alone until {@link #resume}. */
    private void rest(Exception reason) {
        key.interestOps(0);
        log.log(
                "accept",
                Level.WARNING,
                () -> "a connection could not be accepted: " + reason.getMessage()
                        + "; is the limit of open files (ulimit -n) below --max-tunnels " + limits.maxTunnels() + "?");
    }

    /** To be called every 100 ms or so. */
    void resume() {
        key.interestOps(SelectionKey.OP_ACCEPT);
    }

    void close() throws IOException {
        channel.close();
    }

    static InetSocketAddress peer(SocketChannel accepted) throws IOException {
        return (InetSocketAddress) accepted.getRemoteAddress();
    }

    static String text(InetSocketAddress peer) {
        return peer.getAddress().getHostAddress() + ":" + peer.getPort();
    }

    static void discard(@Nullable SocketChannel accepted) {
        try {
            if (accepted != null) {
                accepted.close();
            }
        } catch (IOException e) {
            // Closed anyway: the descriptor is released before the error is reported.
        }
    }
}
