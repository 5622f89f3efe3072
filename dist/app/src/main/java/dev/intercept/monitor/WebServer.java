package dev.intercept.monitor;

import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.intercept.Intercept;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.watch.Diagnosis;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code --metrics}: {@code /metrics} for Prometheus, {@code /healthz} and {@code /readyz} for what restarts and routes,
 * {@code /status.json} and {@code /history.json}, and at {@code /} a page for people. Only reads.
 *
 * <p>No client can hold it up for others: each connection has a thread of its own at most, a request must be whole and its answer
 * taken within seconds, and connections beyond {@link #MAX_CONNECTIONS} are closed, so that the descriptors which tunnels need
 * are not used up here.
 */
public final class WebServer implements AutoCloseable {

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final int MISDIRECTED = 421;
    private static final int BACKLOG = 16;

    /** Scrapers, health checkers and open pages are a handful. */
    static final int MAX_CONNECTIONS = 32;

    /** The JDK's server reads these when its classes are loaded; what the user set stays. Seconds. */
    private static final Map<String, String> LIMITS = Map.of(
            "jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS),
            "sun.net.httpserver.maxReqTime", "5",
            "sun.net.httpserver.maxRspTime", "10",
            "sun.net.httpserver.idleInterval", "10",
            "sun.net.httpserver.maxIdleConnections", Integer.toString(MAX_CONNECTIONS / 2));

    static {
        LIMITS.forEach((name, value) -> System.setProperty(name, System.getProperty(name, value)));
    }

    /** The page brings all it needs, and asks nobody but this server. */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

    private static final List<String> PARTS = List.of("page.css", "page-charts.js", "page.js");

    private static final Pattern AFTER = Pattern.compile("after=(\\d{1,18})");

    private static final int IDLE_THREAD_S = 30;

    private interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final StatusReport report;
    private final History<Moment> history;
    private final HttpServer server;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final byte[] page;
    private final ExecutorService executor = new ThreadPoolExecutor(
            0, MAX_CONNECTIONS, IDLE_THREAD_S, TimeUnit.SECONDS, new SynchronousQueue<>(), WebServer::thread);

    /**
     * Listens; who connects waits until a {@link WebServer} is made of it.
     *
     * @throws IOException when the address is taken or not of this host
     */
    static HttpServer bind(InetSocketAddress address) throws IOException {
        return HttpServer.create(address, BACKLOG);
    }

    /** Serves from now on, and remembers for as long as intercept runs. */
    WebServer(HttpServer bound, Intercept intercept, Diagnosis diagnosis, String version) throws IOException {
        this(bound, intercept, diagnosis, version, Moment.history(intercept, diagnosis, intercept.nanoClock()));
        intercept.every(History.INTERVAL_S, history::look);
    }

    /** Serves from now on, with a history whose points the caller takes. */
    WebServer(HttpServer bound, Intercept intercept, Diagnosis diagnosis, String version, History<Moment> history)
            throws IOException {
        this.server = bound;
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.report = new StatusReport(intercept, diagnosis, version);
        this.history = history;
        this.page = page();
        registry.register(new InterceptMetrics(intercept, diagnosis, version));
        JvmMetrics.builder().register(registry);
        server.setExecutor(executor);
        answer("/metrics", this::metrics);
        answer("/healthz", this::health);
        answer("/readyz", this::readiness);
        answer("/status.json", exchange -> send(exchange, OK, "application/json", report.json()));
        answer("/history.json", this::history);
        answer("/", this::page);
        server.start();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "metrics");
        thread.setDaemon(true);
        return thread;
    }

    /** The page with its style and scripts in their places: what stands alone has nothing to ask for. */
    private static byte[] page() throws IOException {
        String page = resource("page.html");
        for (String part : PARTS) {
            page = page.replace("/* " + part + " */", resource(part));
        }
        return page.getBytes(StandardCharsets.UTF_8);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void answer(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getRequestBody().close();
                if (!isForThisServer(exchange)) {
                    send(exchange, MISDIRECTED, "text/plain", "use the address, or localhost, as the host's name\n");
                } else if (!exchange.getRequestMethod().matches("GET|HEAD")) {
                    send(exchange, NOT_ALLOWED, "text/plain", "only GET and HEAD are answered here\n");
                } else if (!exchange.getRequestURI().getPath().equals(path)) {
                    send(
                            exchange,
                            NOT_FOUND,
                            "text/plain",
                            "there are /, /metrics, /status.json, /history.json, /healthz and /readyz\n");
                } else {
                    answer.send(exchange);
                }
            }
        });
    }

    /**
     * A page of somebody else's could have its name resolve to the loopback address, and then read what is meant for this host
     * alone (DNS rebinding): there only names that no server of names can give are taken.
     */
    private static boolean isForThisServer(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null || !exchange.getLocalAddress().getAddress().isLoopbackAddress()) {
            return true;
        }
        String name = host.replaceFirst(":\\d*$", "");
        return name.equalsIgnoreCase("localhost") || InetAddresses.isUriInetAddress(name);
    }

    private void metrics(HttpExchange exchange) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        send(exchange, OK, PrometheusTextFormatWriter.CONTENT_TYPE, text.toByteArray());
    }

    private void health(HttpExchange exchange) throws IOException {
        boolean isCapturing = intercept.isCapturing();
        send(exchange, isCapturing ? OK : UNAVAILABLE, "text/plain", isCapturing ? "ok\n" : "capture has ended\n");
    }

    /**
     * Ready for a tcpcopy to connect, which it must be before one has: a load balancer that routes by
     * this would let neither the first one through nor one that comes back. What is wrong follows in the text.
     */
    private void readiness(HttpExchange exchange) throws IOException {
        List<Finding> findings = diagnosis.findings();
        boolean isReady =
                intercept.isCapturing() && findings.stream().noneMatch(finding -> finding.severity() == Severity.FAIL);
        String text = (isReady ? "ok\n" : "not ready\n") + FindingTexts.lines(findings);
        send(exchange, isReady ? OK : UNAVAILABLE, "text/plain", text);
    }

    private void history(HttpExchange exchange) throws IOException {
        String query = Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), "after=0");
        Matcher after = AFTER.matcher(query);
        if (after.matches()) {
            send(exchange, OK, "application/json", history.json(Long.parseLong(after.group(1))));
        } else {
            String text = "?" + query + " is not understood; ?after=N leaves out the first N points since the start\n";
            send(exchange, BAD_REQUEST, "text/plain", text);
        }
    }

    private void page(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
        send(exchange, OK, "text/html", page);
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        send(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        String contentType = type.contains("charset") ? type : type + "; charset=utf-8";
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** With the real port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
