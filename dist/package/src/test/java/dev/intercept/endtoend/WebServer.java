package dev.intercept.endtoend;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A web server, a process of its own, that takes its time over each answer, differently long, and logs how long it took: a line for each
 * request, in ns.
 */
final class WebServer {

    static final int PORT = 8080;
    static final int ANSWER_BYTES = 40_000;
    private static final int FASTEST_MS = 400;
    private static final int SPREAD_MS = 200;

    private WebServer() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(LossyRoad.SERVER, PORT), 512);
        AtomicInteger requests = new AtomicInteger();
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            long readNs = System.nanoTime();
            long answerNs = readNs + (FASTEST_MS + requests.getAndIncrement() % SPREAD_MS) * 1_000_000L;
            while (System.nanoTime() < answerNs) {
                LockSupport.parkNanos(answerNs - System.nanoTime());
            }
            System.out.println(System.nanoTime() - readNs);
            exchange.sendResponseHeaders(200, ANSWER_BYTES);
            exchange.getResponseBody().write(new byte[ANSWER_BYTES]);
            exchange.close();
        });
        server.start();
        System.out.println("listening");
    }
}
