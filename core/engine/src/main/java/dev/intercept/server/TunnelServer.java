package dev.intercept.server;

import dev.intercept.session.Readers;
import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.Conclusion;
import dev.intercept.tcpcopy.ProtocolException;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The server that every tcpcopy connects to.
 *
 * <p>One thread, {@link #run}: it accepts, reads client records, adds and removes sessions, writes what a socket would not
 * take earlier, and ends what is idle for too long. Capture threads append to tunnels, flush them, and read records when
 * they meet a handshake without a route ({@link ReadAhead}); sessions are changed by the one thread that has the turn. No peer can
 * make it wait: every channel is non-blocking, and a peer gets one bounded read a round.
 */
public final class TunnelServer implements Runnable, Readers {

    /** Client bytes read at once: 1170 records of 14 bytes, some ms of work when each evicts a session, then it is the next peer's turn. */
    private static final int READ_BYTES = 16 * 1024;

    /** How often time-outs are looked at. */
    private static final int TICK_MS = 100;

    private static final int TICKS_PER_SECOND = 1000 / TICK_MS;

    /** Connections looked for where it matters how many a client opened at once. */
    private static final int ACCEPT_BURST = 64;

    /** Lines about recognised clients that may come at once: a tcpcopy opens up to 11 tunnels for each of its servers. */
    private static final int OPENED_BURST = 64;

    private final ServerLimits limits;
    private final ClientProtocols protocols;
    private final SessionTable sessions;
    private final Counters counters;
    private final RateLimitedLog log;
    private final LongSupplier nanoClock;
    private final UnaryOperator<ByteChannel> between;

    private final RouteSigns signs;
    private final Selector selector;
    private final Acceptor acceptor;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final SingleGroup singleGroup = new SingleGroup();
    private final AlikeClients alikeClients = new AlikeClients();
    private final Connections connections = new Connections();
    private final ReadAhead readAhead;
    private final TunnelMemory memory;
    private HostRoutes routes = HostRoutes.UNTOUCHED;
    private int lastTunnelNumber;
    private int ticks;
    private volatile boolean stopping;
    private volatile long roundBeganNs;

    private TunnelServer(
            ServerLimits limits,
            ClientProtocols protocols,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog log,
            LongSupplier nanoClock,
            UnaryOperator<ByteChannel> between,
            Acceptor acceptor)
            throws IOException {
        this.limits = limits;
        this.protocols = protocols;
        this.sessions = sessions;
        this.counters = counters;
        this.log = log;
        this.nanoClock = nanoClock;
        this.between = between;
        this.readAhead = new ReadAhead(protocols.anySingle() ? singleGroup : UnroutedResponses.NOBODY);
        this.signs = new RouteSigns(nanoClock);
        this.acceptor = acceptor;
        this.memory = new TunnelMemory(limits.backlogBytes());
        this.selector = Selector.open();
        this.roundBeganNs = nanoClock.getAsLong();
        acceptor.register(selector);
    }

    /**
     * Listens. From here on tcpcopy can connect; it is served once {@link #run} runs.
     *
     * @param address port 0 for any free one
     * @throws IOException when the address is taken or not of this host
     */
    public static TunnelServer bind(
            InetSocketAddress address,
            ServerLimits limits,
            ClientProtocols protocols,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog log,
            LongSupplier nanoClock)
            throws IOException {
        return bind(address, limits, protocols, sessions, counters, log, nanoClock, UnaryOperator.identity());
    }

    /** @param between what stands between the server and each of its sockets */
    static TunnelServer bind(
            InetSocketAddress address,
            ServerLimits limits,
            ClientProtocols protocols,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog log,
            LongSupplier nanoClock,
            UnaryOperator<ByteChannel> between)
            throws IOException {
        Acceptor acceptor = Acceptor.bind(address, limits, counters, log);
        try {
            return new TunnelServer(limits, protocols, sessions, counters, log, nanoClock, between, acceptor);
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            throw e;
        }
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return acceptor.address();
    }

    /** Before {@link #run}: what to do to the host's routes for the tunnels to come. */
    public void adapt(HostRoutes hostRoutes) {
        routes = hostRoutes;
    }

    /** The open tunnels. Any thread; a moment's picture. */
    public Collection<Tunnel> tunnels() {
        List<Tunnel> tunnels = new ArrayList<>();
        connections.all().forEach(connection -> tunnels.add(connection.tunnel()));
        return tunnels;
    }

    /** Headers that wait for the sockets of all open tunnels. Any thread; a moment's picture. */
    public long waiting() {
        return connections.waiting();
    }

    /** Who gets responses that no client announced: with {@code --single}, the tunnels of that client. */
    public UnroutedResponses unroutedResponses() {
        return readAhead;
    }

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
        return tunnels().stream()
                .map(tunnel -> tunnel + " " + tunnel.forwarded())
                .collect(Collectors.joining(", "));
    }

    /** What was noticed in the routes that clients add. */
    public RouteSigns signs() {
        return signs;
    }

    /** How long the round it is in has taken so far, in nanoseconds. Any thread. */
    public long roundNs() {
        return nanoClock.getAsLong() - roundBeganNs;
    }

    /** Stops listening, instead of {@link #run}: something else that intercept needs cannot be opened. */
    public void discard() {
        readAhead.inTurn(this::closeAll);
    }

    /** Ends {@link #run} after what waits for the tunnels was offered to their sockets once more. Any thread. */
    public void stop() {
        stopping = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        long nextTickNs = nanoClock.getAsLong();
        while (!stopping) {
            try {
                selector.select(this::onReady, TICK_MS);
                roundBeganNs = nanoClock.getAsLong();
                if (roundBeganNs - nextTickNs >= 0) {
                    nextTickNs = roundBeganNs + TICK_MS * 1_000_000L;
                    readAhead.inTurn(this::tick);
                }
            } catch (IOException | RuntimeException e) {
                log.log(
                        "server_error",
                        Level.ERROR,
                        () -> "the tunnel server goes on after an error; please report: " + e);
            }
        }
        readAhead.inTurn(this::closeAll);
    }

    private void onReady(SelectionKey key) {
        readAhead.takeTurn();
        try {
            serve(key);
        } finally {
            readAhead.endTurn();
        }
    }

    private void serve(SelectionKey key) {
        if (acceptor.isReady(key)) {
            accept();
            return;
        }
        ClientConnection connection = (ClientConnection) key.attachment();
        try {
            if (key.isValid() && key.isWritable()) {
                connection.tunnel().writeOn(counters);
            }
            if (key.isValid() && key.isReadable()) {
                read(connection);
            }
        } catch (RuntimeException e) {
            close(connection, Ending.bug(e));
        }
    }

    private void accept() {
        SocketChannel channel = acceptor.accept();
        if (channel == null) {
            return;
        }
        try {
            InetSocketAddress peer = Acceptor.peer(channel);
            if (makeRoom(peer.getAddress())) {
                admit(channel, peer);
            } else {
                acceptor.refuse(channel, peer, "--max-tunnels " + limits.maxTunnels() + " are open");
            }
        } catch (IOException e) {
            Acceptor.discard(channel);
        } catch (RuntimeException e) {
            Acceptor.discard(channel);
            throw e;
        }
    }

    private boolean makeRoom(InetAddress newcomer) {
        if (connections.size() >= limits.maxTunnels()) {
            connections
                    .firstToEvict(newcomer, nanoClock.getAsLong())
                    .ifPresent(connection -> close(connection, Ending.displaced(limits.maxTunnels())));
        }
        return connections.size() < limits.maxTunnels();
    }

    private void admit(SocketChannel channel, InetSocketAddress peer) throws IOException {
        InetAddress local = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
        ByteChannel bytes = between.apply(channel);
        Tunnel tunnel = new Tunnel(
                ++lastTunnelNumber, bytes, Acceptor.text(peer), limits.tunnelBufferBytes(), memory, nanoClock);
        ClientConnection connection = new ClientConnection(
                bytes,
                peer.getAddress(),
                nanoClock.getAsLong(),
                tunnel,
                protocols.of(peer.getAddress()),
                this::conclude,
                sessions,
                signs,
                this::nowS);
        tunnel.registered(channel.register(selector, SelectionKey.OP_READ, connection));
        connections.add(connection);
        readAhead.add(connection);
        routes.opened(local, peer.getAddress());
        counters.increment(Counter.TUNNELS_OPENED);
        if (connection.isRecognised()) {
            onRecognised(connection);
        }
    }

    /** Connections that the client opened before it spoke may still wait to be accepted. */
    private Conclusion conclude(ClientConnection asking) {
        for (int i = 0; i < ACCEPT_BURST && connections.size() < limits.maxTunnels(); i++) {
            accept();
        }
        return alikeClients.conclude(asking, connections.all());
    }

    private void read(ClientConnection connection) {
        try {
            boolean wasRecognised = connection.isRecognised();
            boolean isOpen = connection.read(readBuffer, nanoClock.getAsLong());
            if (!wasRecognised && connection.isRecognised()) {
                onRecognised(connection);
            }
            if (!isOpen) {
                close(connection, Ending.byPeer(connection));
            }
        } catch (ProtocolException e) {
            close(connection, Ending.noTcpcopy(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            close(connection, Ending.lost(e.getMessage()));
        }
    }

    private void onRecognised(ClientConnection connection) {
        Tunnel tunnel = connection.tunnel();
        TunnelFormat format = Objects.requireNonNull(tunnel.format());
        if (format.single()) {
            singleGroup.opened(tunnel, connection.acceptedNs());
        }
        log.log("opened", OPENED_BURST, Level.INFO, () -> tunnel + ": " + format.describe());
        format.notice().ifPresent(notice -> log.log("notice", Level.WARNING, () -> tunnel + ": " + notice));
    }

    private void tick() {
        acceptor.resume();
        if (++ticks % TICKS_PER_SECOND == 0) {
            routes.look();
        }
        sessions.expire(nowS());
        long nowNs = nanoClock.getAsLong();
        for (ClientConnection connection : connections.all()) {
            connection.tunnel().writeAgain(counters, log);
            Ending.overdue(connection, nowNs).ifPresent(ending -> close(connection, ending));
        }
    }

    private void close(ClientConnection connection, Ending ending) {
        Tunnel tunnel = connection.tunnel();
        if (!connections.has(connection)) {
            return;
        }
        int lost = tunnel.close();
        counters.add(ending.unsent(), lost);
        counters.increment(Counter.TUNNELS_CLOSED);
        ending.kind().ifPresent(counters::increment);
        routes.closed(connection.address());
        singleGroup.closed(tunnel);
        sessions.closed(tunnel);
        readAhead.remove(connection);
        connections.remove(connection); // Who sees that it is gone sees what was counted.
        String kind = (connection.isRecognised() ? "closed_" : "stranger_") + ending.level();
        log.log(kind, ending.level(), () -> ending.line(tunnel, lost));
    }

    private void closeAll() {
        for (ClientConnection connection : connections.all()) {
            connection.tunnel().offerAll(counters);
            close(connection, Ending.stop());
        }
        routes.close();
        try {
            acceptor.close();
            selector.close();
        } catch (IOException e) {
            log.log("server_error", Level.WARNING, () -> "closing the listening socket: " + e);
        }
    }

    private int nowS() {
        return SessionClock.seconds(nanoClock.getAsLong());
    }
}
