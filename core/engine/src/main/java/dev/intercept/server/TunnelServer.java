package dev.intercept.server;

import dev.intercept.session.Readers;
import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.Conclusion;
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
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * The server that every tcpcopy connects to.
 *
 * <p>One thread, {@link #run}: it accepts, reads client records, adds and removes sessions, writes what a socket would not
 * take earlier, and ends what is idle for too long. Capture threads append to tunnels, flush them, and read records when
 * they meet a handshake without a route ({@link ReadAhead}); sessions are changed by the one thread that has the turn. No peer can
 * make it wait: every channel is non-blocking, and a peer gets one bounded read a round.
 */
public final class TunnelServer implements Runnable {

    /** Client bytes read at once: 1170 records of 14 bytes, some ms of work when each evicts a session, then it is the next peer's turn. */
    private static final int READ_BYTES = 16 * 1024;

    /** How often time-outs are looked at. */
    private static final int TICK_MS = 100;

    private static final int TICKS_PER_SECOND = 1000 / TICK_MS;
    /** Connections looked for where it matters how many a client opened at once. */
    private static final int ACCEPT_BURST = 64;

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
    private volatile boolean leaving;
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
        this.roundBeganNs = nanoClock.getAsLong();
        this.selector = acceptor.openSelector();
    }

    /** Listens, at port 0 for any free one. From here on tcpcopy can connect; it is served once {@link #run} runs. */
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

    /** As {@link #bind}, with a socket that listens already. */
    public static TunnelServer on(
            ServerSocketChannel listener,
            ServerLimits limits,
            ClientProtocols protocols,
            SessionTable sessions,
            Counters counters,
            RateLimitedLog log,
            LongSupplier nanoClock)
            throws IOException {
        UnaryOperator<ByteChannel> between = UnaryOperator.identity();
        Acceptor acceptor = Acceptor.on(listener, limits, counters, log);
        return new TunnelServer(limits, protocols, sessions, counters, log, nanoClock, between, acceptor);
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
        return new TunnelServer(limits, protocols, sessions, counters, log, nanoClock, between, acceptor);
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
        return connections.tunnels();
    }

    /** Headers that wait for the sockets of all open tunnels. Any thread; a moment's picture. */
    public long waiting() {
        return connections.waiting();
    }

    /** Who gets responses that no client announced: with {@code --single}, the tunnels of that client. */
    public UnroutedResponses unroutedResponses() {
        return readAhead;
    }

    /** The clients, as a packet source sees them. */
    public Readers readers() {
        return new ConnectedClients(connections, protocols, counters);
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

    /** As {@link #stop}, but every socket stays open for {@link #legacy}. */
    public void leave() {
        leaving = true;
        stop();
    }

    /** What is left once {@link #run} has ended after {@link #leave}, and the counts of all threads. */
    public Legacy legacy(ToLongFunction<Counter> counts) {
        Transfer transfer = new Transfer(singleGroup, sessions, nanoClock.getAsLong());
        return transfer.legacy(acceptor.channel(), connections.inOrder(), lastTunnelNumber, counts);
    }

    /** Before {@link #run}, after {@link #adapt}: goes on with the tunnels and sessions of the server before. @return whether it does */
    public boolean inherit(Inheritance inheritance) {
        try {
            Transfer transfer = new Transfer(singleGroup, sessions, nanoClock.getAsLong());
            lastTunnelNumber = transfer.restore(inheritance, this::open, counters);
            connections.all().forEach(connection -> connection.tunnel().writeOn(counters));
            return true;
        } catch (IOException | RuntimeException e) {
            connections.all().forEach(connection -> close(connection, Ending.notInherited(e)));
            inheritance.tunnels().forEach(Acceptor::discard);
            return false;
        }
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
                    readAhead.takeTurn();
                    tick();
                }
            } catch (IOException | RuntimeException e) {
                log.log(
                        "server_error",
                        Level.ERROR,
                        () -> "the tunnel server goes on after an error; please report: " + e);
            } finally {
                readAhead.endTurn();
            }
        }
        if (!leaving) {
            readAhead.inTurn(this::closeAll);
        }
    }

    private void onReady(SelectionKey key) {
        readAhead.takeTurn(); // Until the round ends: if it had to wait for each key, capture threads would make it
        // late.
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
        ClientConnection connection = open(channel, peer, ++lastTunnelNumber, nanoClock.getAsLong());
        counters.increment(Counter.TUNNELS_OPENED);
        if (connection.isRecognised()) {
            onRecognised(connection);
        }
    }

    private ClientConnection open(SocketChannel channel, InetSocketAddress peer, int number, long acceptedNs)
            throws IOException {
        InetAddress local = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
        ByteChannel bytes = between.apply(channel);
        Tunnel tunnel = new Tunnel(number, bytes, Acceptor.text(peer), limits.tunnelBufferBytes(), memory, nanoClock);
        ClientConnection connection = new ClientConnection(
                bytes,
                peer.getAddress(),
                acceptedNs,
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
        return connection;
    }

    /** Connections that the client opened before it spoke may still wait to be accepted. */
    private Conclusion conclude(ClientConnection asking) {
        for (int i = 0; i < ACCEPT_BURST && connections.size() < limits.maxTunnels(); i++) {
            accept();
        }
        return alikeClients.conclude(asking, connections.all());
    }

    private void read(ClientConnection connection) {
        boolean wasRecognised = connection.isRecognised();
        Optional<Ending> end = connection.take(readBuffer, nanoClock.getAsLong());
        if (!wasRecognised && connection.isRecognised()) {
            onRecognised(connection);
        }
        end.ifPresent(ending -> close(connection, ending));
    }

    private void onRecognised(ClientConnection connection) {
        Tunnel tunnel = connection.tunnel();
        TunnelFormat format = Objects.requireNonNull(tunnel.format());
        if (format.single()) {
            singleGroup.opened(tunnel, connection.acceptedNs());
        }
        connection.log(format, log);
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
