package dev.intercept.monitor;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;

/**
 * Accepts HTTP connections, each with a thread of its own. No client keeps the others away, whatever it sends or leaves out: where
 * {@link #MAX_CONNECTIONS} are open, a new one takes the place of the one whose last whole request is longest ago, so that the
 * descriptors which tunnels need are not used up here.
 */
final class WebListener implements AutoCloseable {

    private static final Logger LOG = System.getLogger(WebListener.class.getName());

    /** Scrapers, health checkers and open pages are a handful. */
    static final int MAX_CONNECTIONS = 32;

    private static final int BACKLOG = 64;

    /** For one that says nothing: longer than scrapers pause, whose next request must not meet the end of its connection. */
    private static final int SILENCE_MS = 300_000;

    private static final int IDLE_THREAD_S = 30;

    private static final Http1Config LIMITS = Http1Config.custom()
            .setBufferSize(2048)
            .setMaxLineLength(4096)
            .setMaxHeaderCount(64)
            .build();

    private final ServerSocket socket;

    /** More than connections: one that lost its place has a thread for another moment. */
    private final ExecutorService executor = new ThreadPoolExecutor(
            0, 2 * MAX_CONNECTIONS, IDLE_THREAD_S, TimeUnit.SECONDS, new SynchronousQueue<>(), WebListener::thread);

    /** The one whose last request is longest ago first; its lock guards {@link #isClosed} too. */
    private final Set<DefaultBHttpServerConnection> open = new LinkedHashSet<>();

    private boolean isClosed;

    private WebListener(ServerSocket socket) {
        this.socket = socket;
    }

    /**
     * Listens; who connects waits until {@link #serve}.
     *
     * @throws IOException when the address is taken or not of this host
     */
    static WebListener bind(InetSocketAddress address) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(address, BACKLOG);
            return new WebListener(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Answers each client, on threads that the calling one starts. */
    void serve(HttpService service) {
        thread(() -> acceptAll(service)).start();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "metrics");
        thread.setDaemon(true);
        return thread;
    }

    private void acceptAll(HttpService service) {
        while (!socket.isClosed()) {
            try {
                begin(service, socket.accept());
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "nobody could be accepted at the port of --metrics: " + e);
                StatusSocket.rest();
            }
        }
    }

    private void begin(HttpService service, Socket client) throws IOException {
        DefaultBHttpServerConnection connection = new DefaultBHttpServerConnection("http", LIMITS);
        try {
            client.setSoTimeout(SILENCE_MS);
            client.setTcpNoDelay(true);
            connection.bind(client);
            enter(connection);
            executor.execute(() -> answerAll(service, connection));
        } catch (IOException | RejectedExecutionException | OutOfMemoryError e) {
            LOG.log(Level.DEBUG, "a connection to the port of --metrics could not begin: " + e);
            client.close();
            leave(connection);
        }
    }

    private void enter(DefaultBHttpServerConnection connection) throws IOException {
        synchronized (open) {
            if (isClosed) {
                throw new IOException("the server is closed");
            }
            if (open.size() == MAX_CONNECTIONS) {
                DefaultBHttpServerConnection oldest = open.iterator().next();
                open.remove(oldest);
                oldest.close(CloseMode.IMMEDIATE);
            }
            open.add(connection);
        }
    }

    private void leave(DefaultBHttpServerConnection connection) {
        synchronized (open) {
            open.remove(connection);
        }
    }

    private void answerAll(HttpService service, DefaultBHttpServerConnection connection) {
        try (connection) {
            while (connection.isOpen()) {
                service.handleRequest(connection, HttpCoreContext.create());
                becomeNewest(connection);
            }
        } catch (IOException | HttpException | RuntimeException e) {
            LOG.log(Level.DEBUG, "a connection to the port of --metrics ended: " + e);
        } finally {
            leave(connection);
        }
    }

    private void becomeNewest(DefaultBHttpServerConnection connection) {
        synchronized (open) {
            if (open.remove(connection)) {
                open.add(connection);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the port of --metrics was not closed: " + IoFailure.reason(e));
        }
        synchronized (open) {
            isClosed = true;
            open.forEach(connection -> connection.close(CloseMode.IMMEDIATE));
        }
        executor.shutdownNow();
        executor.shutdownNow();
    }
}
