package dev.intercept.server;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionClock;
import dev.intercept.tcpcopy.MessageBuffer;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;

/**
 * The way back to one tcpcopy connection: the messages that wait for its socket.
 *
 * <p>Nothing waits for a tunnel: what the socket does not take at once stays in a bounded buffer until the server thread
 * finds the socket writable again, and what the buffer cannot hold is refused whole.
 *
 * <p>Thread rule: {@link #forward} and {@link #flush} by any thread, under this tunnel's lock, which is never held across
 * anything that waits. The rest by the server thread.
 */
public final class Tunnel implements Outlet {

    /** Most that is written under the lock: a capture thread that waits for it meanwhile waits for some 100 µs. */
    private static final int WRITE_BYTES = 256 * 1024;

    private final int number;
    private final SocketChannel channel;
    private final String peer;
    private final int owner;
    private final int bufferBytes;
    private final TunnelMemory memory;
    private final LongSupplier nanoClock;

    private SelectionKey key;
    private MessageBuffer messages;
    private boolean isOpen = true;

    /** The socket took less than it was given; only the server thread writes until it is writable again. */
    private boolean isStalled;

    private long stalledSinceNs;
    private volatile TunnelFormat format;
    private volatile long forwarded;
    private volatile long announced;
    private volatile int lastAnnouncedS;
    private volatile int targetPort;
    private volatile long overflowed;

    Tunnel(
            int number,
            SocketChannel channel,
            String peer,
            int bufferBytes,
            TunnelMemory memory,
            LongSupplier nanoClock) {
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

    /** The peer without its port, which tells one tcpcopy's host from another's. */
    public String peerAddress() {
        int port = peer.lastIndexOf(':');
        return port < 0 ? peer : peer.substring(0, port);
    }

    @Override
    public int owner() {
        return owner;
    }

    /** How this tunnel's messages look; null until its first record told. */
    public TunnelFormat format() {
        return format;
    }

    /** A session that the peer announced, with the target's port or 0. Server thread, the only one that writes these. */
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

    /** Headers refused because the buffer was full. */
    public long overflowed() {
        return overflowed;
    }

    /** Bytes that wait for the socket. */
    public synchronized int pendingBytes() {
        return messages == null ? 0 : messages.pendingBytes();
    }

    synchronized void registered(SelectionKey selectionKey) {
        key = selectionKey;
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
    public synchronized boolean flush() {
        return isOpen && messages != null && !isStalled && write();
    }

    /** The socket takes bytes again. Server thread. */
    synchronized boolean onWritable() {
        return isOpen && messages != null && write();
    }

    /** Offers the socket all that waits; what it does not take now is lost with the tunnel. Server thread. */
    synchronized void offerAll() {
        int before;
        do {
            before = pendingBytes();
            onWritable();
        } while (pendingBytes() > 0 && pendingBytes() < before);
    }

    private boolean write() {
        if (messages.pendingBytes() == 0) {
            return false;
        }
        try {
            int written = messages.writeTo(channel, WRITE_BYTES);
            if (messages.pendingBytes() == 0) {
                resume();
            } else {
                stall(written > 0);
            }
        } catch (IOException e) {
            // The peer is gone. The server thread reads the same from the socket, closes the tunnel and says so.
            refuseFromNowOn();
        }
        return true;
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

    /** From here on every {@link #forward} is refused. Server thread. */
    synchronized void close() {
        refuseFromNowOn();
        try {
            channel.close();
        } catch (IOException e) {
            // Closed all the same: the descriptor is released before the error is reported.
        }
    }

    private void refuseFromNowOn() {
        isOpen = false;
        if (messages != null) {
            messages.discard();
            messages = null;
        }
    }

    @Override
    public String toString() {
        return "tunnel " + number + " from " + peer;
    }
}
