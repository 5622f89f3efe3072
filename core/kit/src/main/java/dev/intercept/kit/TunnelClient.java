package dev.intercept.kit;

import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * tcpcopy's side of one tunnel: says hello, adds and deletes routes, reads messages.
 *
 * <p>Thread rule: one thread writes, one thread reads; they may be two.
 */
public final class TunnelClient implements AutoCloseable {

    private static final int RECEIVE_BYTES = 1 << 16;
    private static final int CONNECT_TIMEOUT_MS = 5_000;

    private final TunnelFormat format;
    private final SocketChannel channel;
    private final Selector readable;
    private final ByteBuffer records = ByteBuffer.allocate(RECEIVE_BYTES);
    private final ByteBuffer received = ByteBuffer.allocate(RECEIVE_BYTES).flip();
    private int leftInBatch;
    private long batches;

    /** Connects as a tcpcopy 1.x with its defaults. */
    public static TunnelClient connect(SocketAddress server) throws IOException {
        return connect(server, TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS));
    }

    /** Connects as a client that is sent this format, and sends the opening record where its generation has one. */
    public static TunnelClient connect(SocketAddress server, TunnelFormat format) throws IOException {
        TunnelClient client = new TunnelClient(server, format);
        client.format.generation().encodeOpening(client.records);
        client.flush();
        return client;
    }

    /** Connects and says nothing yet; for clients that misbehave. */
    public static TunnelClient connectSilently(SocketAddress server) throws IOException {
        return new TunnelClient(server, TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS));
    }

    private TunnelClient(SocketAddress server, TunnelFormat format) throws IOException {
        this.format = format;
        readable = Selector.open();
        channel = SocketChannel.open();
        try {
            channel.socket().connect(server, CONNECT_TIMEOUT_MS);
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            channel.register(readable, SelectionKey.OP_READ);
        } catch (IOException e) {
            close();
            throw new IOException("connecting a tunnel to " + server + " failed: " + e.getMessage(), e);
        }
    }

    /** Adds a route; addresses as {@link PacketBuilder#address} gives them. */
    public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) throws IOException {
        format.generation().encodeAdd(records, clientAddress, clientPort, targetAddress, targetPort);
        flush();
    }

    /** Adds a route; addresses in numbers, {@code "192.0.2.1"}. */
    public void add(String clientAddress, int clientPort, String targetAddress, int targetPort) throws IOException {
        add(PacketBuilder.address(clientAddress), clientPort, PacketBuilder.address(targetAddress), targetPort);
    }

    /** Deletes a route. */
    public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) throws IOException {
        format.generation().encodeDelete(records, clientAddress, clientPort, targetAddress, targetPort);
        flush();
    }

    /** Sends bytes as they are, right or wrong. */
    public void send(byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += records.capacity()) {
            records.put(bytes, at, Math.min(records.capacity(), bytes.length - at));
            flush();
        }
    }

    private void flush() throws IOException {
        records.flip();
        try {
            channel.write(records);
            if (records.hasRemaining()) {
                waitAndWrite();
            }
        } finally {
            records.clear();
        }
    }

    private void waitAndWrite() throws IOException {
        try (Selector writable = Selector.open()) {
            channel.register(writable, SelectionKey.OP_WRITE);
            while (records.hasRemaining()) {
                writable.select();
                channel.write(records);
            }
        }
    }

    /**
     * The next message, {@link TunnelFormat#messageBytes} long, or empty when none is there whole within {@code timeoutMs}
     * milliseconds.
     *
     * @throws EOFException when the server closed the tunnel
     */
    public Optional<ByteBuffer> read(int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        while (!takeCount() || received.remaining() < format.messageBytes()) {
            long leftMs = (deadlineNs - System.nanoTime() + 999_999) / 1_000_000;
            if (!receive(Math.max(0, leftMs)) && leftMs <= 0) {
                return Optional.empty();
            }
        }
        leftInBatch--;
        byte[] message = new byte[format.messageBytes()];
        received.get(message);
        return Optional.of(ByteBuffer.wrap(message));
    }

    /**
     * Lets one selector wait for several tunnels: the key, whose attachment is this client, is readable when {@link #read} has
     * something to take; call that with 0 until it returns empty.
     */
    public SelectionKey register(Selector selector) throws IOException {
        return channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Whether a message may be read next: always where there are no batches, otherwise once the count has come. */
    private boolean takeCount() {
        if (!format.combined() || leftInBatch > 0) {
            return true;
        }
        while (leftInBatch == 0 && received.remaining() >= Short.BYTES) {
            leftInBatch = received.getShort() & 0xffff;
            batches++;
        }
        return leftInBatch > 0;
    }

    private boolean receive(long timeoutMs) throws IOException {
        if (timeoutMs > 0) {
            readable.select(timeoutMs);
        } else {
            readable.selectNow();
        }
        readable.selectedKeys().clear();
        received.compact();
        try {
            int bytes = channel.read(received);
            if (bytes < 0) {
                throw new EOFException("the server closed the tunnel");
            }
            return bytes > 0;
        } finally {
            received.flip();
        }
    }

    /** Batches begun so far; 0 for ever where the format has none. */
    public long batches() {
        return batches;
    }

    /** Messages of the present batch that were not read yet. */
    public int leftInBatch() {
        return leftInBatch;
    }

    public TunnelFormat format() {
        return format;
    }

    /** The address that the server sees. */
    public SocketAddress localAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        try (readable) {
            channel.close();
        }
    }
}
