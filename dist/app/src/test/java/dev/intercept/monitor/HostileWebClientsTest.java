package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Clients of the metrics port that never finish. Others still get their answers, at once. */
class HostileWebClientsTest {

    private static final long PATIENCE_S = 300;

    private final List<Socket> hostile = new ArrayList<>();
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
        try (Socket socket = connect(web)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
            send(socket, request);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String request(String line, String host) {
        return line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    private void assertHealthy() throws IOException {
        assertEquals(
                "HTTP/1.1 200", answer(request("GET /healthz", "localhost")).substring(0, 12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /he",
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Endless: ",
                "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx",
                "POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"
            })
    void shouldAnswerOthersWhileManyNeverFinishTheirRequest(String beginning) throws Exception {
        for (int i = 0; i < 2 * WebListener.MAX_CONNECTIONS; i++) {
            connectAndSend(beginning);
            if (i % WebListener.MAX_CONNECTIONS == 0) {
                assertHealthy();
            }
        }
        assertHealthy();
    }

    private Socket connectAndSend(String text) throws IOException {
        Socket socket = connect(web);
        hostile.add(socket);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
        send(socket, text);
        return socket;
    }

    @Test
    void shouldAnswerOthersWhileManyDoNotReadTheirAnswers() throws Exception {
        for (int i = 0; i < WebListener.MAX_CONNECTIONS; i++) {
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
        assertHealthy();
    }

    @Test
    void shouldCloseTheOneWhoseLastRequestIsLongestAgoForANewOne() throws Exception {
        String request = "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        Socket scraper = connectAndSend(request);
        head(scraper);
        Socket silent = connectAndSend("");
        for (int i = 2; i < WebListener.MAX_CONNECTIONS; i++) {
            connectAndSend("");
        }
        send(scraper, request);
        head(scraper);
        assertHealthy();
        assertThrows(IOException.class, () -> silent.getInputStream().read()); // Reset.
        send(scraper, request);
        assertTrue(head(scraper).startsWith("HTTP/1.1 200"));
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the end after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
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
