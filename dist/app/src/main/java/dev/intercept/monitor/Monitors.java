package dev.intercept.monitor;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.StartException;
import dev.intercept.daemon.Account;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.net.ListenFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The status socket of a running intercept and, where asked for, its web server: opened with the privileges of the start, served
 * with those that are left.
 */
public final class Monitors implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Monitors.class.getName());

    private final Optional<Path> socketPath;
    private final Optional<InetSocketAddress> metrics;
    private final Optional<Account> account;
    private Optional<StatusSocket> socket = Optional.empty();
    private Optional<WebListener> bound = Optional.empty();
    private Optional<WebServer> web = Optional.empty();

    /**
     * @param socketPath as the user gave it; empty for the one where status looks by itself
     * @param metrics where to serve; empty for nowhere
     * @param account whose the socket is to be; empty for this user
     */
    public Monitors(Optional<Path> socketPath, Optional<InetSocketAddress> metrics, Optional<Account> account) {
        this.socketPath = socketPath;
        this.metrics = metrics;
        this.account = account;
    }

    /**
     * Opens both. Nobody is served yet, but can connect.
     *
     * @throws StartException when what the user asked for cannot be opened
     */
    public void open() throws StartException {
        openSocket();
        if (metrics.isPresent()) {
            listen(metrics.get());
        }
    }

    private void openSocket() throws StartException {
        try {
            socket = Optional.of(StatusSocket.open(path(), account));
        } catch (IOException e) {
            String text = "cannot open the status socket: " + e.getMessage()
                    + "; name a file that can be created with --socket";
            if (socketPath.isPresent()) {
                throw new StartException(ExitCode.CANNOT_CREATE, text, e);
            }
            LOG.log(Level.WARNING, text + ". intercept status does not work without it");
        }
    }

    /**
     * Tries whether metrics can be served there.
     *
     * @throws StartException as {@link #open}
     */
    public static void attempt(Optional<InetSocketAddress> metrics) throws StartException {
        if (metrics.isPresent()) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(metrics.get());
            } catch (IOException e) {
                throw refused(metrics.get(), e);
            }
        }
    }

    private Path path() throws IOException {
        return socketPath.isPresent()
                ? socketPath.get()
                : RuntimeDirectory.ofThisUser()
                        .prepare(account)
                        .socketOf(ProcessHandle.current().pid());
    }

    private void listen(InetSocketAddress address) throws StartException {
        try {
            bound = Optional.of(WebListener.bind(address));
        } catch (IOException e) {
            throw refused(address, e);
        }
    }

    private static String place(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    private static StartException refused(InetSocketAddress address, IOException e) {
        LocalHost host = new LocalHost();
        Sockets sockets = new Sockets(host);
        String owner = sockets.listeningOn(address.getPort()).stream()
                .flatMapToLong(inode -> sockets.holder(inode).stream())
                .mapToObj(pid -> " (" + new Processes(host).describe(pid) + " listens there)")
                .findFirst()
                .filter(text -> ListenFailure.isOfThisHost(address.getAddress()))
                .orElse("");
        return new StartException(
                ExitCode.OS_REFUSED,
                "cannot serve metrics on " + place(address) + ": "
                        + ListenFailure.text(address, e, "--metrics", "--metrics") + owner,
                e);
    }

    /**
     * Answers what was opened, on threads that the calling one starts.
     *
     * @param commands what is done for a client that asks for it by this word, and what it is sent
     */
    public void serve(
            Intercept intercept,
            Diagnosis diagnosis,
            String version,
            Map<String, Function<SocketChannel, String>> commands)
            throws StartException {
        StatusReport report = new StatusReport(intercept, diagnosis, version);
        socket.ifPresent(opened -> opened.answer((request, client) ->
                commands.getOrDefault(request, asking -> report.json()).apply(client)));
        if (bound.isPresent()) {
            web = Optional.of(serve(bound.get(), intercept, diagnosis, version));
            LOG.log(Level.INFO, "metrics and a page on " + place(web.get().address()));
        }
    }

    private static WebServer serve(WebListener bound, Intercept intercept, Diagnosis diagnosis, String version)
            throws StartException {
        try {
            return new WebServer(bound, intercept, diagnosis, version);
        } catch (IOException e) {
            throw new StartException(ExitCode.SOFTWARE, "the page of --metrics cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where the status socket is, unless it could not be opened. */
    public Optional<Path> directory() {
        return socket.flatMap(StatusSocket::directory);
    }

    @Override
    public void close() {
        web.ifPresentOrElse(WebServer::close, () -> bound.ifPresent(WebListener::close));
        socket.ifPresent(StatusSocket::close);
    }
}
