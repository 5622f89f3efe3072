package dev.intercept.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** One connection to the server, byte by byte: what a tcpcopy or anyone else may send, and what comes back. */
public final class Peer implements AutoCloseable {

    private static final int TIMEOUT_MS = 60_000;

    public final Socket socket = new Socket();

    public Peer(InetSocketAddress server) throws IOException {
        this(server, "127.0.0.1");
    }

    /** @param from the address that the server sees: any of 127.0.0.0/8 */
    public Peer(InetSocketAddress server, String from) throws IOException {
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", server.getPort()), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
    }

    /** @param fill writes records into a buffer, as {@code Generation}'s encoders do */
    public Peer send(Consumer<ByteBuffer> fill) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
        fill.accept(bytes);
        socket.getOutputStream().write(bytes.array(), 0, bytes.position());
        return this;
    }

    public Peer send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    public byte[] read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length != count) {
            throw new IOException("the server ended the connection after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** Waits until the server has ended the connection. */
    public boolean isEndedByServer() throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            // A reset: bytes were in flight when it was closed.
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
