package dev.intercept.monitor;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/**
 * A UNIX socket, unix(7), that only its owner may connect to: each client is sent one report and then the end of the
 * stream. A thread of its own serves one connection after the other.
 */
public final class StatusSocket implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StatusSocket.class.getName());

    private final Path path;
    private final Supplier<String> report;
    private final ServerSocketChannel acceptor;

    private StatusSocket(Path path, Supplier<String> report, ServerSocketChannel acceptor) {
        this.path = path;
        this.report = report;
        this.acceptor = acceptor;
    }

    /** @throws IOException when the socket cannot be made; the text names the path */
    public static StatusSocket open(Path path, Supplier<String> report) throws IOException {
        ServerSocketChannel acceptor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            bindForOwner(acceptor, path.toAbsolutePath());
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            throw new IOException(path + ": " + reason(e), e);
        }
        StatusSocket socket = new StatusSocket(path, report, acceptor);
        Thread thread = new Thread(socket::serve, "status socket");
        thread.setDaemon(true);
        thread.start();
        return socket;
    }

    private static String reason(Exception e) {
        return e instanceof IOException failure ? IoFailure.reason(failure) : e.getMessage();
    }

    /** Bound inside a directory that nobody else may enter and moved from there, so that it never is open to others. */
    private static void bindForOwner(ServerSocketChannel acceptor, Path path) throws IOException {
        Path closed = Files.createTempDirectory(
                path.getParent(),
                ".sock",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path inside = closed.resolve("s");
        try {
            acceptor.bind(UnixDomainSocketAddress.of(inside));
            Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rw-------"));
            Files.move(inside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(inside);
            Files.delete(closed);
        }
    }

    private void serve() {
        while (acceptor.isOpen()) {
            try (SocketChannel client = acceptor.accept()) {
                ByteBuffer bytes = ByteBuffer.wrap((report.get() + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    client.write(bytes);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.DEBUG, "a status could not be sent: " + e);
            }
        }
    }

    @Override
    public void close() {
        try {
            acceptor.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "status socket " + path + " cannot be removed: " + IoFailure.reason(e) + "; remove it by hand");
        }
    }

    /**
     * Asks the intercept behind a socket.
     *
     * @throws IOException when nobody answers there
     */
    public static String ask(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            java.io.ByteArrayOutputStream answer = new java.io.ByteArrayOutputStream();
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            while (channel.read(bytes) >= 0) {
                answer.write(bytes.array(), 0, bytes.position());
                bytes.clear();
            }
            return answer.toString(StandardCharsets.UTF_8).strip();
        }
    }
}
