package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.stats.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebServerTest {

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private RunningIntercept running;
    private WebServer web;

    @BeforeEach
    void start() throws Exception {
        running = new RunningIntercept();
        web = new WebServer(
                WebListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                running.intercept,
                running.diagnosis,
                "1.0");
    }

    @AfterEach
    void stop() throws Exception {
        web.close();
        running.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + web.address().getPort() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String metrics() throws Exception {
        return get("/metrics").body();
    }

    @Test
    void shouldServeEveryCounterWithItsMeaning() throws Exception {
        running.addRule();
        running.addRoutes(2);
        running.respond(10);
        running.awaitForwarded(10);
        String text = metrics();
        for (Counter counter : Counter.values()) {
            String name = "intercept_" + counter.label() + "_total";
            assertTrue(text.contains("# HELP " + name + " " + counter.description()), name);
            assertTrue(text.contains("\n" + name + " "), name);
        }
        assertTrue(text.contains("\nintercept_forwarded_total 10.0\n"), text);
        assertTrue(text.contains("\nintercept_sessions 2.0\n"), text);
        assertTrue(text.contains("\nintercept_waiting_messages "), text);
        assertTrue(
                text.contains("\nintercept_kernel_lost_packets_total{lane=\"nfqueue:0\",way=\"queue_dropped\"} 0.0\n"),
                text);
        assertTrue(text.contains("\nintercept_peer_forwarded_messages_total{peer=\"198.51.100.1\"} 10.0\n"), text);
        assertTrue(text.contains("\nintercept_target_answers_total{port=\"8080\"} 10.0\n"), text);
        assertTrue(text.contains("\nintercept_target_syn_ack_delay_seconds_count{port=\"8080\"} 0\n"), text);
        assertTrue(text.contains("\nintercept_batch_packets_sum{lane=\"nfqueue:0\"} 10.0\n"), text);
        assertTrue(text.contains("intercept_forwarding_seconds_bucket{lane=\"nfqueue:0\",le=\"+Inf\"} "), text);
        assertTrue(text.contains("\njvm_memory_used_bytes{"), text);
    }

    @Test
    void shouldServeTheClassesOfHttpStatusesOnceThereAreAny() throws Exception {
        assertTrue(!metrics().contains("intercept_target_http_responses_total{"));
        try (RunningIntercept reading = new RunningIntercept(true);
                WebServer server = new WebServer(
                        WebListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        reading.intercept,
                        reading.diagnosis,
                        "1.0")) {
            reading.addRule();
            reading.converse(503, 300, PacketBuilder.RST);
            reading.awaitForwarded(RunningIntercept.ANSWERS_OF_A_SESSION);
            web.close();
            web = server;
            String text = metrics();
            String series = "\nintercept_target_http_responses_total{class=\"%s\",port=\"8080\"} %s\n";
            assertTrue(text.contains(series.formatted("5xx", "1.0")), text);
            assertTrue(text.contains(series.formatted("2xx", "0.0")), text);
            assertTrue(
                    get("/status.json").body().contains("\"http_5xx\":1"),
                    get("/status.json").body());
        }
    }

    private static long ofPeers(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("intercept_peer_") || line.contains("tunnel=\""))
                .count();
    }

    @Test
    void shouldHaveNoLabelThatGrowsWhenAClientConnectsAgain() throws Exception {
        running.addRule();
        running.addRoutes(1);
        running.respond(10);
        running.awaitForwarded(10);
        long series = ofPeers(metrics());
        for (int i = 0; i < 5; i++) {
            running.reconnect();
            String text = metrics();
            assertEquals(series, ofPeers(text), text);
            assertTrue(
                    text.contains("\nintercept_peer_forwarded_messages_total{peer=\"198.51.100.1\"} 10.0\n"),
                    "a counter never falls: " + text);
            assertTrue(text.contains("\nintercept_peer_tunnels{peer=\"198.51.100.1\"} 1.0\n"), text);
        }
    }

    @Test
    void shouldServeMetricsThatPromtoolFindsClean() throws Exception {
        running.addRule();
        running.addRoutes(2);
        running.respond(10);
        running.awaitForwarded(10);
        Path file = directory.resolve("metrics");
        Files.writeString(file, metrics());
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .start();
        String words = new String(promtool.getInputStream().readAllBytes());
        assertEquals("", words);
        assertEquals(0, promtool.waitFor());
    }

    /** An alert on a series that is absent says nothing of it, neither that it holds nor that it has ended. */
    @Test
    void shouldHaveASeriesForEveryFindingWhileNoneHolds() throws Exception {
        running.addRule();
        String text = metrics();
        for (FindingId id : FindingId.values()) {
            assertTrue(text.contains("\nintercept_finding{id=\"" + id.label() + "\"} 0.0\n"), id.label());
        }
    }

    @Test
    void shouldBeHealthyButNotReadyWhenTheRuleIsMissing() throws Exception {
        assertEquals(200, get("/healthz").statusCode());
        assertEquals(200, get("/readyz").statusCode());
        running.addRoutes(1);
        running.awaitFindings(1);
        assertEquals(200, get("/healthz").statusCode());
        HttpResponse<String> readiness = get("/readyz");
        assertEquals(503, readiness.statusCode());
        assertTrue(readiness.body().startsWith("not ready\nFAIL rule-missing: "), readiness.body());
        assertTrue(metrics().contains("\nintercept_finding{id=\"rule-missing\"} 1.0\n"));
        assertTrue(metrics().contains("\nintercept_finding{id=\"no-tcpcopy\"} 0.0\n"));
    }

    /** Otherwise a load balancer that routes by this would let no tcpcopy through, neither the first nor one that comes back. */
    @Test
    void shouldBeReadyForATcpcopyToConnectAndSayWhatIsAmiss() throws Exception {
        running.tcpcopy.close();
        RunningIntercept.await(() -> running.intercept.tunnels().isEmpty());
        running.addRule();
        RunningIntercept.await(() -> {
            running.answer();
            return hasFinding("no-tcpcopy");
        });
        HttpResponse<String> readiness = get("/readyz");
        assertEquals(200, readiness.statusCode());
        assertTrue(readiness.body().startsWith("ok\n"), readiness.body());
        assertTrue(readiness.body().contains(" no-tcpcopy: "), readiness.body());
    }

    private boolean hasFinding(String id) {
        return running.diagnosis.findings().stream()
                .anyMatch(finding -> finding.id().label().equals(id));
    }

    @Test
    void shouldNotBeHealthyOnceCaptureHasEnded() throws Exception {
        running.intercept.stop();
        assertEquals(503, get("/healthz").statusCode());
        assertEquals(503, get("/readyz").statusCode());
    }

    @Test
    void shouldReportAllThatThePageShows() throws Exception {
        running.addRoutes(1);
        JsonObject status = JsonParser.parseString(get("/status.json").body()).getAsJsonObject();
        assertEquals("nfqueue", status.get("backend").getAsString());
        assertEquals(1, status.getAsJsonArray("tunnels").size());
        assertEquals(1, status.getAsJsonObject("counters").get("routes_added").getAsLong());
    }

    @Test
    void shouldServeTheHistoryFromThePointThatAReaderNames() throws Exception {
        JsonObject history =
                JsonParser.parseString(get("/history.json?after=0").body()).getAsJsonObject();
        assertTrue(history.getAsJsonObject("series").has("target_syn_ack_delay_p99_ms"), history.toString());
        assertEquals(200, get("/history.json").statusCode());
        HttpResponse<String> refused = get("/history.json?after=-1");
        assertEquals(400, refused.statusCode());
        assertEquals(
                "?after=-1 is not understood; ?after=N leaves out the first N points since the start\n",
                refused.body());
    }

    @Test
    void shouldServeAPageThatAsksNobodyElse() throws Exception {
        HttpResponse<String> page = get("/");
        assertTrue(page.headers()
                .firstValue("Content-Security-Policy")
                .orElseThrow()
                .startsWith("default-src 'none'"));
        assertTrue(page.body().startsWith("<!DOCTYPE html>"));
        assertTrue(!page.body().contains("/* page"), "a part that was not put in");
        assertTrue(
                !page.body().replace("http://www.w3.org/2000/svg", "").matches("(?s).*https?://.*"),
                "a foreign address");
    }

    @Test
    void shouldRefuseWhatIsNotThere() throws Exception {
        assertEquals(404, get("/etc/passwd").statusCode());
        assertEquals(404, get("/metrics/x").statusCode());
        URI uri = URI.create("http://127.0.0.1:" + web.address().getPort() + "/metrics");
        HttpRequest post = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertEquals(
                405, client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
    }
}
