package dev.intercept.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.net.InetAddresses;
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
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.support.BasicHttpServerRequestHandler;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;

/**
 * {@code --metrics}: {@code /metrics} for Prometheus, {@code /healthz} and {@code /readyz} for what restarts and routes,
 * {@code /status.json} and {@code /history.json}, and at {@code /} a page for people. Only reads.
 *
 * <p>No client can hold it up for others: see {@link WebListener}.
 */
public final class WebServer implements AutoCloseable {

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final int MISDIRECTED = 421;

    /** The page brings all it needs, and asks nobody but this server. */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

    private static final List<String> PARTS = List.of("page.css", "page-charts.js", "page.js");

    private static final Pattern AFTER = Pattern.compile("after=(\\d{1,18})");

    private static final ContentType TEXT = ContentType.create("text/plain", UTF_8);
    private static final ContentType JSON = ContentType.create("application/json", UTF_8);
    private static final ContentType HTML = ContentType.create("text/html", UTF_8);
    private static final ContentType METRICS = ContentType.parse(PrometheusTextFormatWriter.CONTENT_TYPE);

    /** What a path gives for a query, empty for none. */
    private interface Answer {
        void give(String query, ClassicHttpResponse response) throws IOException;
    }

    private final Intercept intercept;
    private final Diagnosis diagnosis;
    private final StatusReport report;
    private final History<Moment> history;
    private final WebListener listener;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final byte[] page;
    private final Map<String, Answer> answers = Map.of(
            "/metrics", (query, response) -> metrics(response),
            "/healthz", (query, response) -> health(response),
            "/readyz", (query, response) -> readiness(response),
            "/status.json", (query, response) -> status(response),
            "/history.json", this::history,
            "/", (query, response) -> page(response));

    /** Serves from now on, and remembers for as long as intercept runs. */
    WebServer(WebListener bound, Intercept intercept, Diagnosis diagnosis, String version) throws IOException {
        this(bound, intercept, diagnosis, version, Moment.history(intercept, diagnosis, intercept.nanoClock()));
        intercept.every(History.INTERVAL_S, history::look);
    }

    /** Serves from now on, with a history whose points the caller takes. */
    WebServer(WebListener bound, Intercept intercept, Diagnosis diagnosis, String version, History<Moment> history)
            throws IOException {
        this.listener = bound;
        this.intercept = intercept;
        this.diagnosis = diagnosis;
        this.report = new StatusReport(intercept, diagnosis, version);
        this.history = history;
        this.page = page();
        registry.register(new InterceptMetrics(intercept, diagnosis, version));
        JvmMetrics.builder().register(registry);
        listener.serve(HttpService.builder()
                .withHttpProcessor(HttpProcessors.server("intercept"))
                .withHttpServerRequestHandler(new BasicHttpServerRequestHandler((request, context) -> this::answer))
                .build());
    }

    /** The page with its style and scripts in their places: what stands alone has nothing to ask for. */
    private static byte[] page() throws IOException {
        String page = resource("page.html");
        for (String part : PARTS) {
            page = page.replace("/* " + part + " */", resource(part));
        }
        return page.getBytes(UTF_8);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = WebServer.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private void answer(ClassicHttpRequest request, ClassicHttpResponse response, HttpContext context)
            throws IOException {
        String[] target = request.getPath().split("\\?", 2);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!isForThisServer(request, HttpCoreContext.cast(context))) {
            send(response, MISDIRECTED, TEXT, "use the address, or localhost, as the host's name\n");
        } else if (!request.getMethod().matches("GET|HEAD")) {
            send(response, NOT_ALLOWED, TEXT, "only GET and HEAD are answered here\n");
        } else if (!answers.containsKey(target[0])) {
            send(
                    response,
                    NOT_FOUND,
                    TEXT,
                    "there are /, /metrics, /status.json, /history.json, /healthz and /readyz\n");
        } else {
            answers.get(target[0]).give(target.length > 1 ? target[1] : "", response);
        }
    }

    /**
     * A page of somebody else's could have its name resolve to the loopback address, and then read what is meant for this host
     * alone (DNS rebinding): there only names that no server of names can give are taken.
     */
    private static boolean isForThisServer(ClassicHttpRequest request, HttpCoreContext context) {
        InetSocketAddress here =
                (InetSocketAddress) context.getEndpointDetails().getLocalAddress();
        Header host = request.getFirstHeader("Host");
        if (host == null || !here.getAddress().isLoopbackAddress()) {
            return true;
        }
        String name = host.getValue().replaceFirst(":\\d*$", "");
        return name.equalsIgnoreCase("localhost") || InetAddresses.isUriInetAddress(name);
    }

    private void metrics(ClassicHttpResponse response) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        send(response, OK, METRICS, text.toByteArray());
    }

    private void health(ClassicHttpResponse response) {
        boolean isCapturing = intercept.isCapturing();
        send(response, isCapturing ? OK : UNAVAILABLE, TEXT, isCapturing ? "ok\n" : "capture has ended\n");
    }

    /**
     * Ready for a tcpcopy to connect, which it must be before one has: a load balancer that routes by
     * this would let neither the first one through nor one that comes back. What is wrong follows in the text.
     */
    private void readiness(ClassicHttpResponse response) {
        List<Finding> findings = diagnosis.findings();
        boolean isReady =
                intercept.isCapturing() && findings.stream().noneMatch(finding -> finding.severity() == Severity.FAIL);
        String text = (isReady ? "ok\n" : "not ready\n") + FindingTexts.lines(findings);
        send(response, isReady ? OK : UNAVAILABLE, TEXT, text);
    }

    private void status(ClassicHttpResponse response) {
        send(response, OK, JSON, report.json());
    }

    private void history(String query, ClassicHttpResponse response) {
        Matcher after = AFTER.matcher(query.isEmpty() ? "after=0" : query);
        if (after.matches()) {
            send(response, OK, JSON, history.json(Long.parseLong(after.group(1))));
        } else {
            String text = "?" + query + " is not understood; ?after=N leaves out the first N points since the start\n";
            send(response, BAD_REQUEST, TEXT, text);
        }
    }

    private void page(ClassicHttpResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        send(response, OK, HTML, page);
    }

    private static void send(ClassicHttpResponse response, int status, ContentType type, String text) {
        send(response, status, type, text.getBytes(UTF_8));
    }

    private static void send(ClassicHttpResponse response, int status, ContentType type, byte[] body) {
        response.setCode(status);
        response.setEntity(new ByteArrayEntity(body, type));
    }

    /** With the real port. */
    public InetSocketAddress address() {
        return listener.address();
    }

    @Override
    public void close() {
        listener.close();
    }
}
