package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of the metrics port that never finish. Others still get their answers. The build shortens the server's limits. */
class HostileWebClientsTest {

    private static final long PATIENCE_S = 60;

    private static final List<String> BEGINNINGS = List.of(
            "",
            "GET /he",
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Endless: ",
            "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx",
            "POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");

    private final List<Socket> hostile = new ArrayList<>();
    private RunningIntercept running;
    private WebServer web;

    @BeforeEach
    void start() throws Exception {
        running = new RunningIntercept();
        web = serve();
    }

    private WebServer serve() throws Exception {
        return new WebServer(
                WebServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                running.intercept,
                running.diagnosis,
                "1.0");
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : hostile) {
            socket.close();
        }
        web.close();
        running.close();
    }

    private static Socket connect(WebServer server) throws IOException {
        return new Socket(server.address().getAddress(), server.address().getPort());
    }

    private void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String answer(String request) throws IOException {
        return answer(web, request);
    }

    private String answer(WebServer server, String request) throws IOException {
        try (Socket socket = connect(server)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
            send(socket, request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String request(String line, String host) {
        return line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /** Not while the connections that may be open at once are used up. */
    private boolean isHealthy(WebServer server) {
        try {
            return answer(server, request("GET /healthz", "localhost")).startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            return false; // Refused, or closed.
        }
    }

    /** Beside each other: a server of its own for each, whose clock all wait for. */
    @Test
    void shouldAnswerOthersWhileManyNeverFinishTheirRequest() throws Exception {
        List<WebServer> servers = new ArrayList<>();
        try {
            for (String beginning : BEGINNINGS) {
                servers.add(serve());
                crowd(servers.get(servers.size() - 1), beginning);
            }
            for (WebServer server : servers) {
                Await.until("the answer", () -> isHealthy(server));
            }
        } finally {
            servers.forEach(WebServer::close);
        }
    }

    private void crowd(WebServer server, String beginning) throws IOException {
        for (int i = 0; i < 2 * WebServer.MAX_CONNECTIONS; i++) {
            Socket socket = connect(server);
            hostile.add(socket);
            try {
                send(socket, beginning);
            } catch (IOException e) {
                assertTrue(i >= WebServer.MAX_CONNECTIONS, "refused before the bound: " + e);
            }
        }
    }

    @Test
    void shouldAnswerOthersWhileManyDoNotReadTheirAnswers() throws Exception {
        for (int i = 0; i < WebServer.MAX_CONNECTIONS; i++) {
            Socket socket = new Socket();
            hostile.add(socket);
            socket.setReceiveBufferSize(1024);
            socket.connect(web.address());
            send(
                    socket,
                    request("GET /metrics", "localhost")
                            .replace("Connection: close\r\n", "")
                            .repeat(50));
        }
        Await.until("the answer", () -> isHealthy(web));
    }

    @Test
    void shouldAnswerHeadWithoutABody() throws Exception {
        String answer = answer(request("HEAD /healthz", "localhost"));
        assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
        assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("content-length: 3\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rebinding.example", "rebinding.example:9099", "localhost.example"})
    void shouldNotServeTheLoopbackAddressUnderAForeignName(String host) throws Exception {
        assertTrue(answer(request("GET /status.json", host)).startsWith("HTTP/1.1 421"), host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:9099", "127.0.0.1:9099", "[::1]:9099"})
    void shouldServeTheLoopbackAddressUnderItsOwnNames(String host) throws Exception {
        assertEquals("HTTP/1.1 200", answer(request("GET /status.json", host)).substring(0, 12), host);
    }
}
