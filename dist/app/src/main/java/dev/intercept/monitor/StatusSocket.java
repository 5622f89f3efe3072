package dev.intercept.monitor;

import dev.intercept.daemon.Account;
import dev.intercept.daemon.Pinned;
import dev.intercept.spi.IoFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A UNIX socket, unix(7), that only its owner may connect to. A client sends a word or nothing and ends its side, and is sent one
 * report and the end of the stream; one that neither sends nor ends is sent the report for nothing after a moment. A thread of its
 * own serves one connection after the other.
 */
public final class StatusSocket implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StatusSocket.class.getName());

    /** Without descriptors or memory to accept with, the next attempt is worth as much as it costs after this time. */
    private static final long REST_MS = 100;

    /** What a client sends to have the configuration read anew. */
    public static final String RELOAD = "reload";

    /** What a client sends to have the program started anew. */
    public static final String RESTART = "restart";

    /** A client such as nc(1) sends nothing and does not end its side; what a busy machine delays for so long is taken for one. */
    private static final long REQUEST_MS = 1_000;

    private static final int REQUEST_BYTES = 64;

    /** sys/stat.h: S_IFMT and S_IFSOCK. */
    private static final int FILE_TYPE = 0xf000;

    private static final int SOCKET = 0xc000;

    private final Path asked;
    private final Pinned directory;
    private final ServerSocketChannel acceptor;
    private final Object key;

    private StatusSocket(Path asked, Pinned directory, ServerSocketChannel acceptor) throws IOException {
        this.asked = asked;
        this.directory = directory;
        this.acceptor = acceptor;
        this.key = keyAt(place());
    }

    /**
     * Makes a socket and takes connections, which wait until {@link #serve}.
     *
     * @param owner who may connect; empty for this user
     * @throws IOException when the socket cannot be made; the text names the path
     */
    public static StatusSocket open(Path path, Optional<Account> owner) throws IOException {
        Pinned directory = null;
        ServerSocketChannel acceptor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            directory = Pinned.directory(directoryOf(path));
            refuseOtherFile(directory.path().resolve(path.getFileName()));
            bindForOwner(acceptor, directory.path().resolve(path.getFileName()), owner);
            return new StatusSocket(path, directory, acceptor);
        } catch (IOException | RuntimeException e) {
            acceptor.close();
            if (directory != null) {
                directory.close();
            }
            throw new IOException(path + ": " + reason(e), e);
        }
    }

    private static Path directoryOf(Path path) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("it is a directory");
        }
        return directory;
    }

    /** A socket that a former process left is replaced, and nothing else. */
    private static void refuseOtherFile(Path place) throws IOException {
        try {
            int mode = (int) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & FILE_TYPE) != SOCKET) {
                throw new IOException("it is there and is no socket");
            }
        } catch (NoSuchFileException e) {
            // As it should be.
        }
    }

    private static String reason(Exception e) {
        return e instanceof IOException failure ? IoFailure.reason(failure) : String.valueOf(e.getMessage());
    }

    /** Bound inside a directory that nobody else may enter and moved from there, so that it never is open to others. */
    private static void bindForOwner(ServerSocketChannel acceptor, Path path, Optional<Account> owner)
            throws IOException {
        Path made = Files.createTempDirectory(
                path.getParent(),
                ".sock",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Pinned closed = Pinned.directory(made)) {
            Path inside = closed.path().resolve("s");
            acceptor.bind(UnixDomainSocketAddress.of(inside));
            Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rw-------"));
            if (owner.isPresent()) {
                Files.setAttribute(inside, "unix:gid", owner.get().groupId());
                Files.setAttribute(inside, "unix:uid", owner.get().userId());
            }
            Files.move(inside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made.resolve("s"));
            Files.delete(made);
        }
    }

    Optional<Path> directory() {
        return Optional.ofNullable(asked.toAbsolutePath().getParent());
    }

    private Path place() {
        return directory.path().resolve(asked.getFileName());
    }

    private static Object keyAt(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** What is done for one client. */
    @FunctionalInterface
    public interface Answerer {

        /**
         * @param request the word that it sent, empty where it sent none
         * @param client its connection, for who answers later
         * @return what it is sent
         */
        String answer(String request, SocketChannel client);
    }

    /** Answers each client, on a thread that the calling one starts. */
    public void serve(Supplier<String> report) {
        answer((request, client) -> report.get());
    }

    /** The same, by what a client asks for. */
    public void answer(Answerer report) {
        Thread thread = new Thread(() -> acceptAll(report), "status socket");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll(Answerer report) {
        while (acceptor.isOpen()) {
            try (SocketChannel client = acceptor.accept()) {
                send(client, report);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "nobody could be accepted at the status socket: " + e);
                rest();
            }
        }
    }

    private static void send(SocketChannel client, Answerer report) {
        try {
            send(client, report.answer(request(client), client));
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "a status could not be sent: " + e);
        }
    }

    /** Sends a client what it is to be sent. */
    public static void send(SocketChannel client, String answer) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((answer + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    /** None where nothing can be waited with, for want of descriptors. */
    private static String request(SocketChannel client) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(REQUEST_BYTES);
        client.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            client.register(selector, SelectionKey.OP_READ);
            selector.select(REQUEST_MS);
            client.read(bytes);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a request at the status socket could not be read: " + e);
        }
        client.configureBlocking(true);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
    }

    /** After an attempt to accept that failed. */
    static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(REST_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try (directory;
                acceptor) {
            if (keyAt(place()).equals(key)) {
                Files.delete(place());
            }
        } catch (NoSuchFileException e) {
            // Somebody else removed it.
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "status socket " + asked + " cannot be removed: " + IoFailure.reason(e) + "; remove it by hand");
        }
    }

    /**
     * Asks the intercept behind a socket.
     *
     * @throws IOException when nobody answers there
     */
    public static String ask(Path path) throws IOException {
        return ask(path, "");
    }

    /**
     * The same with a word.
     *
     * @throws IOException when nobody answers there
     */
    public static String ask(Path path, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            while (channel.read(bytes) >= 0) {
                answer.write(bytes.array(), 0, bytes.position());
                bytes.clear();
            }
            return answer.toString(StandardCharsets.UTF_8).strip();
        }
    }
}
