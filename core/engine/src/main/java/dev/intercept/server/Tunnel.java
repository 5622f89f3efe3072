package dev.intercept.server;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionClock;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.MessageBuffer;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way back to one tcpcopy connection: the messages that wait for its socket.
 *
 * <p>Nothing waits for a tunnel: what the socket does not take at once stays in a bounded buffer until the server thread
 * finds the socket writable again, and what the buffer cannot hold is refused whole. A write that fails is tried again by the server
 * thread, since nothing of it was sent.
 *
 * <p>At each moment, and under the lock, the headers it took are those it wrote and those that wait; what waits when it ends is lost.
 *
 * <p>Thread rule: {@link #forward} and {@link #flush} by any thread, under this tunnel's lock, which is never held across
 * anything that waits. The rest by the server thread.
 */
public final class Tunnel implements Outlet {

    /** Most that is written under the lock: a capture thread that waits for it meanwhile waits for some 100 µs. */
    private static final int WRITE_BYTES = 256 * 1024;

    private final int number;
    private final ByteChannel channel;
    private final String peer;
    private final int owner;
    private final int bufferBytes;
    private final TunnelMemory memory;
    private final LongSupplier nanoClock;

    /** Since {@link #registered}, which comes before all else. */
    @SuppressWarnings("NullAway.Init")
    private SelectionKey key;

    private @Nullable MessageBuffer messages;
    private boolean isOpen = true;

    /** The socket took less than it was given; only the server thread writes until it is writable again. */
    private boolean isStalled;

    private long stalledSinceNs;

    /** Why the latest write failed, null when it did not; only the server thread writes until one succeeds. */
    private @Nullable String failure;

    private long failingSinceNs;
    private volatile @Nullable TunnelFormat format;
    private volatile long forwarded;
    private volatile long written;
    private volatile long announced;
    private volatile int lastAnnouncedS;
    private volatile int targetPort;
    private volatile long overflowed;

    Tunnel(int number, ByteChannel channel, String peer, int bufferBytes, TunnelMemory memory, LongSupplier nanoClock) {
        this.number = number;
        this.channel = channel;
        this.peer = peer;
        this.owner = peerAddress().hashCode();
        this.bufferBytes = bufferBytes;
        this.memory = memory;
        this.nanoClock = nanoClock;
    }

    /** Counts connections from 1 in the order of accept. */
    public int number() {
        return number;
    }

    public String peer() {
        return peer;
    }

    /** The peer without its port, which identifies the tcpcopy's host. */
    public String peerAddress() {
        int port = peer.lastIndexOf(':');
        return port < 0 ? peer : peer.substring(0, port);
    }

    @Override
    public int owner() {
        return owner;
    }

    /** How this tunnel's messages look; null until its first record. */
    public @Nullable TunnelFormat format() {
        return format;
    }

    /** A session that the peer announced, with the target's port or 0. With the server's turn, as every writer of these. */
    void onAnnounced(int port, int nowS) {
        lastAnnouncedS = nowS;
        targetPort = port;
        announced++;
    }

    /** Sessions that the peer has announced so far. Any thread. */
    public long announced() {
        return announced;
    }

    /** When the last one was announced, in seconds of {@link SessionClock}. */
    public int lastAnnouncedS() {
        return lastAnnouncedS;
    }

    /** The target's port that it named; 0 where its generation names none. */
    public int targetPort() {
        return targetPort;
    }

    /** Headers taken so far. */
    public long forwarded() {
        return forwarded;
    }

    /** Headers that the socket took whole. */
    public long written() {
        return written;
    }

    /** Headers that wait for the socket. */
    public synchronized int waiting() {
        return messages == null ? 0 : messages.waitingMessages();
    }

    /** Headers refused because there was no memory left for them. */
    public long overflowed() {
        return overflowed;
    }

    /** Bytes that wait for the socket. */
    public synchronized int pendingBytes() {
        return messages == null ? 0 : messages.pendingBytes();
    }

    /** The connection itself. */
    SocketChannel socket() {
        return (SocketChannel) key.channel();
    }

    synchronized void registered(SelectionKey selectionKey) {
        key = selectionKey;
    }

    /** Writes the counts and what waits, for {@link #restore} of another process. */
    synchronized void save(DataOutput out, int nowS) throws IOException {
        out.writeLong(forwarded);
        out.writeLong(overflowed);
        out.writeLong(announced);
        out.writeInt(nowS - lastAnnouncedS);
        out.writeShort(targetPort);
        TunnelFormat chosen = format;
        out.writeBoolean(chosen != null);
        if (chosen != null && messages != null) {
            chosen.save(out);
            messages.save(out);
        }
    }

    /**
     * Goes on where {@link #save} was called; once, before anything else.
     *
     * @return headers that waited and are lost, as there is no memory for them
     */
    synchronized int restore(DataInput in, int nowS) throws IOException {
        forwarded = in.readLong();
        overflowed = in.readLong();
        announced = in.readLong();
        lastAnnouncedS = nowS - in.readInt();
        targetPort = in.readUnsignedShort();
        if (!in.readBoolean()) {
            return 0;
        }
        TunnelFormat chosen = TunnelFormat.restored(in);
        MessageBuffer restored = new MessageBuffer(chosen, bufferBytes, memory);
        int lost = restored.restore(in);
        format = chosen;
        messages = restored;
        written = restored.writtenMessages();
        return lost;
    }

    synchronized void opened(TunnelFormat chosen) {
        if (messages != null) {
            return;
        }
        format = chosen;
        messages = new MessageBuffer(chosen, bufferBytes, memory);
    }

    @Override
    public synchronized boolean forward(ResponsePacket response) {
        if (!isOpen || messages == null) {
            return false;
        }
        if (!messages.append(response)) {
            overflowed++;
            return false;
        }
        forwarded++;
        return true;
    }

    @Override
    public synchronized boolean isClosed() {
        return !isOpen;
    }

    @Override
    public synchronized void flush(Counters counters) {
        if (!isStalled && failure == null) {
            write(counters);
        }
    }

    /** The socket takes bytes again, or a write that failed is tried again. Server thread. */
    synchronized void writeOn(Counters counters) {
        write(counters);
    }

    /** Where the latest write failed, tries again. Server thread. */
    void writeAgain(Counters counters, RateLimitedLog log) {
        String before = failure();
        if (before == null) {
            return;
        }
        writeOn(counters);
        if (failure() == null) {
            log.log("write", Level.WARNING, () -> this + " goes on after a write that failed: " + before);
        }
    }

    /** Offers the socket all that waits; what it does not take now is lost with the tunnel. Server thread. */
    synchronized void offerAll(Counters counters) {
        int before;
        do {
            before = pendingBytes();
            write(counters);
        } while (pendingBytes() > 0 && pendingBytes() < before);
    }

    private void write(Counters counters) {
        if (!isOpen || messages == null || messages.pendingBytes() == 0) {
            return;
        }
        counters.increment(Counter.SOCKET_WRITES);
        try {
            int bytes = messages.writeTo(channel, WRITE_BYTES);
            failure = null;
            if (messages.pendingBytes() == 0) {
                resume();
            } else {
                stall(bytes > 0);
            }
        } catch (IOException e) {
            // Where the peer is gone, the server thread reads the same from the socket, closes the tunnel and logs it.
            counters.increment(Counter.WRITES_FAILED);
            onFailure(e);
        }
        counters.add(Counter.MESSAGES_WRITTEN, messages.writtenMessages() - written);
        written = messages.writtenMessages();
    }

    /** A socket with an error is always writable: the server thread comes back by its clock instead. */
    private void onFailure(IOException e) {
        if (failure == null) {
            failingSinceNs = nanoClock.getAsLong();
        }
        failure = e.getMessage() == null ? e.toString() : e.getMessage();
        resume();
    }

    /** Why writing fails; null while it does not. Any thread. */
    synchronized @Nullable String failure() {
        return failure;
    }

    /** For how long writing has failed; 0 while it does not. Any thread. */
    synchronized long failingNs(long nowNs) {
        return failure == null ? 0 : nowNs - failingSinceNs;
    }

    private void resume() {
        if (isStalled) {
            isStalled = false;
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    private void stall(boolean madeProgress) {
        if (!isStalled || madeProgress) {
            stalledSinceNs = nanoClock.getAsLong();
        }
        if (!isStalled) {
            isStalled = true;
            key.interestOpsOr(SelectionKey.OP_WRITE);
            key.selector().wakeup();
        }
    }

    /** For how long the socket has taken nothing although bytes wait; 0 when it takes them. Any thread. */
    public synchronized long stalledNs(long nowNs) {
        return isStalled ? nowNs - stalledSinceNs : 0;
    }

    /**
     * From here on every {@link #forward} is refused. Server thread.
     *
     * @return headers that waited and are lost
     */
    synchronized int close() {
        isOpen = false;
        int lost = messages == null ? 0 : messages.discard();
        messages = null;
        try {
            channel.close();
        } catch (IOException e) {
            // Closed anyway: the descriptor is released before the error is reported.
        }
        return lost;
    }

    @Override
    public String toString() {
        return "tunnel " + number + " from " + peer;
    }
}
