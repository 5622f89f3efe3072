package dev.intercept.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.intercept.Intercept;
import dev.intercept.diagnosis.Finding;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code --metrics}: {@code /metrics} for Prometheus, {@code /healthz} and {@code /readyz} for who restarts and routes,
 * {@code /status.json}, and at {@code /} a page for people. Only reads; one thread of its own answers one request after the
 * other.
 */
public final class WebServer implements AutoCloseable {

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final int BACKLOG = 16;

    /** The page brings all it needs, and asks nobody but this server. */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

    private interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final StatusReport report;
    private final HttpServer server;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final byte[] page;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "metrics");
        thread.setDaemon(true);
        return thread;
    });

    /** @throws IOException when the address is taken or not of this host */
    public WebServer(InetSocketAddress address, Intercept intercept, Diagnosis diagnosis, String version)
            throws IOException {
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.report = new StatusReport(intercept, diagnosis, version);
        this.page = page();
        registry.register(new InterceptMetrics(intercept, diagnosis, version));
        JvmMetrics.builder().register(registry);
        server = HttpServer.create(address, BACKLOG);
        server.setExecutor(executor);
        answer("/metrics", this::metrics);
        answer("/healthz", this::health);
        answer("/readyz", this::readiness);
        answer("/status.json", exchange -> send(exchange, OK, "application/json", report.json()));
        answer("/", this::page);
        server.start();
    }

    private static byte[] page() throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream("page.html")) {
            return in.readAllBytes();
        }
    }

    private void answer(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getRequestBody().close();
                if (!exchange.getRequestMethod().equals("GET")) {
                    send(exchange, NOT_ALLOWED, "text/plain", "only GET is answered here\n");
                } else if (!exchange.getRequestURI().getPath().equals(path)) {
                    send(
                            exchange,
                            NOT_FOUND,
                            "text/plain",
                            "there are /, /metrics, /status.json, /healthz and /readyz\n");
                } else {
                    answer.send(exchange);
                }
            }
        });
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

    private void readiness(HttpExchange exchange) throws IOException {
        List<Finding> failures = diagnosis.findings().stream()
                .filter(finding -> finding.severity() == Severity.FAIL)
                .toList();
        StringBuilder text = new StringBuilder(failures.isEmpty() ? "ok\n" : "");
        failures.forEach(finding -> text.append(finding.line()).append('\n'));
        boolean isReady = failures.isEmpty() && intercept.isCapturing();
        send(exchange, isReady ? OK : UNAVAILABLE, "text/plain", text.toString());
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
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
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
