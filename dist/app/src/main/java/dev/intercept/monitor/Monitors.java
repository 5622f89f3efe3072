package dev.intercept.monitor;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.StartException;
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
import java.nio.file.Path;
import java.util.Optional;

/** The status socket of a running intercept and, where asked for, its web server. */
public final class Monitors implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Monitors.class.getName());

    private final Optional<StatusSocket> socket;
    private final Optional<WebServer> web;

    private Monitors(Optional<StatusSocket> socket, Optional<WebServer> web) {
        this.socket = socket;
        this.web = web;
    }

    /**
     * Opens both.
     *
     * @param socketPath as the user gave it; empty for the one where status looks by itself
     * @param metrics where to serve; empty for nowhere
     * @throws StartException when what the user asked for cannot be opened
     */
    public static Monitors open(
            Intercept intercept,
            Diagnosis diagnosis,
            String version,
            Optional<Path> socketPath,
            Optional<InetSocketAddress> metrics)
            throws StartException {
        Optional<StatusSocket> socket = socket(new StatusReport(intercept, diagnosis, version), socketPath);
        try {
            return new Monitors(socket, web(intercept, diagnosis, version, metrics));
        } catch (StartException e) {
            socket.ifPresent(StatusSocket::close);
            throw e;
        }
    }

    private static Optional<StatusSocket> socket(StatusReport report, Optional<Path> given) throws StartException {
        try {
            if (given.isPresent()) {
                return Optional.of(StatusSocket.open(given.get(), report::json));
            }
            RuntimeDirectory directory = RuntimeDirectory.ofThisUser();
            directory.prepare();
            return Optional.of(
                    StatusSocket.open(directory.socketOf(ProcessHandle.current().pid()), report::json));
        } catch (IOException e) {
            String text = "cannot open the status socket: " + e.getMessage()
                    + "; name a file that can be created with --socket";
            if (given.isPresent()) {
                throw new StartException(ExitCode.CANNOT_CREATE, text, e);
            }
            LOG.log(Level.WARNING, text + ". intercept status does not work without it");
            return Optional.empty();
        }
    }

    private static Optional<WebServer> web(
            Intercept intercept, Diagnosis diagnosis, String version, Optional<InetSocketAddress> metrics)
            throws StartException {
        if (metrics.isEmpty()) {
            return Optional.empty();
        }
        InetSocketAddress address = metrics.get();
        try {
            WebServer web = new WebServer(address, intercept, diagnosis, version);
            LOG.log(Level.INFO, "metrics and a page on " + place(address));
            return Optional.of(web);
        } catch (IOException e) {
            throw refused(address, e);
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

    @Override
    public void close() {
        web.ifPresent(WebServer::close);
        socket.ifPresent(StatusSocket::close);
    }
}
