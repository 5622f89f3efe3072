package dev.intercept.selftest;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The test server of the run: the JDK's HTTP server on the target's address, which counts what it really served. */
final class TargetServer implements AutoCloseable {

    private static final int BACKLOG = 1024;
    private static final int THREADS = 4;
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NO_BODY = -1;

    private final HttpServer server;
    private final ExecutorService threads;
    private final ServedRequests served;

    private TargetServer(HttpServer server, ServedRequests served) {
        this.server = server;
        this.served = served;
        threads = Executors.newFixedThreadPool(THREADS, TargetServer::daemonThread);
    }

    private static Thread daemonThread(Runnable work) {
        Thread thread = new Thread(work, "target server");
        thread.setDaemon(true);
        return thread;
    }

    /** Listens when it returns; port 0 takes a free one. */
    static TargetServer start(InetSocketAddress address, ServedRequests served) throws IOException {
        // Head and body of an answer are two writes: with Nagle's algorithm the second waits for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        TargetServer target = new TargetServer(HttpServer.create(address, BACKLOG), served);
        target.server.setExecutor(target.threads);
        target.server.createContext(HttpExchange.PATH, target::handle);
        target.server.start();
        return target;
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, Integer> query = query(exchange.getRequestURI().getQuery());
            int id = Objects.requireNonNull(query.get(HttpExchange.ID), HttpExchange.ID);
            if (!isIntact(exchange.getRequestBody(), id)) {
                served.damaged();
                exchange.sendResponseHeaders(BAD_REQUEST, NO_BODY);
                return;
            }
            int bodyBytes = Objects.requireNonNull(query.get(HttpExchange.BYTES), HttpExchange.BYTES);
            exchange.sendResponseHeaders(OK, bodyBytes == 0 ? NO_BODY : bodyBytes);
            answer(exchange.getResponseBody(), bodyBytes);
            served.served(id, bodyBytes);
        }
    }

    private static Map<String, Integer> query(String text) {
        Map<String, Integer> values = new HashMap<>();
        for (String pair : text.split("&")) {
            String[] nameAndValue = pair.split("=");
            values.put(nameAndValue[0], Integer.valueOf(nameAndValue[1]));
        }
        return values;
    }

    private static boolean isIntact(InputStream body, int id) throws IOException {
        byte[] upload = body.readAllBytes();
        for (int i = 0; i < upload.length; i++) {
            if (upload[i] != HttpExchange.uploadByte(id, i)) {
                return false;
            }
        }
        return true;
    }

    private static void answer(OutputStream out, int bytes) throws IOException {
        byte[] piece = new byte[Math.min(bytes, PIECE_BYTES)];
        try (out) { // Closing hands the last bytes to the kernel.
            for (int left = bytes; left > 0; left -= piece.length) {
                out.write(piece, 0, Math.min(left, piece.length));
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
