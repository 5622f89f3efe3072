package dev.intercept.selftest;

import dev.intercept.tcpcopy.TunnelFormat;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** tcpcopy's end of one tunnel: sends routes, receives headers. Never blocks once connected. One thread. */
final class TunnelLink implements AutoCloseable {

    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int OPENING_BYTES = 14;

    private final TunnelFormat format;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final BatchReader reader;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);

    /** Connects and says which generation it is. The link is the attachment of its key in {@code selector}. */
    TunnelLink(InetSocketAddress intercept, TunnelFormat format, Selector selector) throws IOException {
        this.format = format;
        reader = new BatchReader(format);
        channel = SocketChannel.open(intercept);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ByteBuffer opening = ByteBuffer.allocate(OPENING_BYTES);
        format.generation().encodeOpening(opening);
        channel.write(opening.flip());
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Claims the answers that go to this client. */
    void addRoute(int clientAddress, int clientPort, int targetAddress, int targetPort) throws IOException {
        format.generation().encodeAdd(out, clientAddress, clientPort, targetAddress, targetPort);
        flush();
    }

    /** What the socket did not take goes when it is ready for more. */
    private void flush() throws IOException {
        out.flip();
        channel.write(out);
        out.compact();
        key.interestOps(out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    /** Does what the selector found the socket ready for. */
    void onReady(Consumer<TargetSegment> handler) throws IOException {
        if (key.isWritable()) {
            flush();
        }
        if (!key.isReadable()) {
            return;
        }
        if (channel.read(in) < 0) {
            throw new EOFException("intercept closed the tunnel");
        }
        in.flip();
        reader.read(in, handler);
        in.compact();
    }

    /** Headers received so far. */
    long messages() {
        return reader.messages();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
