package dev.intercept.server;

import dev.intercept.session.Outlet;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.ClientDecoder;
import dev.intercept.tcpcopy.ClientRecords;
import dev.intercept.tcpcopy.Conclusion;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolException;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The receiving side of one tcpcopy connection: its records become sessions whose answers go to its {@link Tunnel}. With the server's turn. */
final class ClientConnection implements ClientRecords {

    private static final int END = -1;

    /** Lines about recognised clients that may come at once: a tcpcopy opens up to 11 tunnels for each of its servers. */
    private static final int OPENED_BURST = 64;

    private final ByteChannel channel;
    private final InetAddress address;
    private final long acceptedNs;
    private final Tunnel tunnel;
    private final ClientDecoder decoder;
    private final SessionTable sessions;
    private final RouteSigns signs;
    private final IntSupplier secondsClock;
    private long firstRecordBegunNs;
    private @Nullable IOException readFailure;
    private @Nullable Conclusion conclusion;

    ClientConnection(
            ByteChannel channel,
            InetAddress address,
            long acceptedNs,
            Tunnel tunnel,
            ProtocolOptions protocol,
            Function<ClientConnection, Conclusion> alike,
            SessionTable sessions,
            RouteSigns signs,
            IntSupplier secondsClock) {
        this.channel = channel;
        this.address = address;
        this.acceptedNs = acceptedNs;
        this.tunnel = tunnel;
        this.decoder = new ClientDecoder(protocol, () -> alike.apply(this));
        this.sessions = sessions;
        this.signs = signs;
        this.secondsClock = secondsClock;
        decoder.accepted(this);
    }

    Tunnel tunnel() {
        return tunnel;
    }

    /** Of the peer. */
    InetAddress address() {
        return address;
    }

    long acceptedNs() {
        return acceptedNs;
    }

    /** Whether it is known what kind of tcpcopy this is; a stranger until then. */
    boolean isRecognised() {
        return decoder.recognised();
    }

    /** What was concluded of a client whose records are those of several generations; null before. */
    @Nullable
    Conclusion conclusion() {
        return conclusion;
    }

    void concluded(Conclusion value) {
        conclusion = value;
    }

    /**
     * Takes what the socket has, as far as it fits the buffer once.
     *
     * @return whether there may be more; false when the peer has ended the connection
     */
    private boolean read(ByteBuffer buffer, long nowNs) throws IOException, ProtocolException {
        if (readFailure != null) {
            throw readFailure;
        }
        int bytes = take(buffer);
        if (bytes <= 0) {
            // The JDK's non-blocking sockets report a signal that came first as another negative number.
            return bytes != END;
        }
        if (!decoder.recognised() && firstRecordBegunNs == 0) {
            firstRecordBegunNs = nowNs;
        }
        return true;
    }

    private int take(ByteBuffer buffer) throws IOException, ProtocolException {
        buffer.clear();
        int bytes = channel.read(buffer);
        if (bytes > 0) {
            decoder.decode(buffer.flip(), this);
        }
        return bytes;
    }

    /** Its records are known and need no conclusion: it has added a route. */
    boolean mayReadAhead() {
        return readFailure == null && tunnel.announced() > 0;
    }

    /**
     * As {@link #read}, by a capture thread, which ends no connection: an end stays in the socket, a failure is kept, both for the server
     * thread.
     *
     * @return the bytes that it had
     */
    int readAhead(ByteBuffer buffer) {
        try {
            return Math.max(0, take(buffer));
        } catch (IOException e) {
            readFailure = e;
            return 0;
        } catch (ProtocolException e) {
            throw new IllegalStateException(e); // Only a first record can be foreign.
        }
    }

    /** Why reading ahead failed; null when it did not. */
    @Nullable
    IOException readFailure() {
        return readFailure;
    }

    /** Says what kind of client it is. */
    void log(TunnelFormat format, RateLimitedLog log) {
        log.log("opened", OPENED_BURST, Level.INFO, () -> tunnel + ": " + format.describe());
        format.notice().ifPresent(notice -> log.log("notice", Level.WARNING, () -> tunnel + ": " + notice));
    }

    /** Writes what is known of the client, its {@link Tunnel} aside, for {@link #restore} of another process. */
    void save(DataOutput out, long nowNs) throws IOException {
        out.writeLong(firstRecordBegunNs == 0 ? 0 : Math.max(1, nowNs - firstRecordBegunNs));
        Conclusion drawn = conclusion;
        out.writeBoolean(drawn != null);
        if (drawn != null) {
            out.writeUTF(drawn.generation().name());
            out.writeUTF(drawn.reason());
            out.writeUTF(drawn.notice().orElse(""));
        }
        decoder.save(out);
    }

    /** Goes on where {@link #save} was called; its tunnel was restored. */
    void restore(DataInput in, long nowNs) throws IOException {
        long pendingNs = in.readLong();
        firstRecordBegunNs = pendingNs == 0 ? 0 : nowNs - pendingNs;
        if (in.readBoolean()) {
            conclusion = new Conclusion(
                    Generation.restored(in.readUTF()),
                    in.readUTF(),
                    Optional.of(in.readUTF()).filter(notice -> !notice.isEmpty()));
        }
        TunnelFormat format = tunnel.format();
        decoder.restore(format, in);
        if (format != null && format.generation().opens()) {
            sessions.expectNamedTargets();
        }
    }

    /** As {@link #read}, and why the connection is to end; empty while it is not. */
    Optional<Ending> take(ByteBuffer buffer, long nowNs) {
        try {
            return read(buffer, nowNs) ? Optional.empty() : Optional.of(Ending.byPeer(this));
        } catch (ProtocolException e) {
            return Optional.of(Ending.noTcpcopy(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return Optional.of(Ending.lost(e.getMessage()));
        }
    }

    /** For how long the first record has been incomplete; 0 before its first byte and once it is complete. */
    long firstRecordPendingNs(long nowNs) {
        return decoder.recognised() || firstRecordBegunNs == 0 ? 0 : nowNs - firstRecordBegunNs;
    }

    @Override
    public void opened(TunnelFormat format) {
        tunnel.opened(format);
        if (format.generation().opens()) {
            sessions.expectNamedTargets();
        }
    }

    @Override
    public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        int nowS = secondsClock.getAsInt();
        tunnel.onAnnounced(targetPort, nowS);
        signs.onAdd(clientAddress, clientPort, targetAddress, targetPort);
        Outlet robbed = sessions.add(clientAddress, clientPort, targetAddress, targetPort, tunnel, nowS);
        if (robbed != null) {
            signs.onTakenOver(tunnel, (Tunnel) robbed);
        }
    }

    @Override
    public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        if (Objects.requireNonNull(tunnel.format()).generation().honoursDelete()) {
            sessions.remove(clientAddress, clientPort, targetAddress, targetPort, tunnel);
        }
    }
}
