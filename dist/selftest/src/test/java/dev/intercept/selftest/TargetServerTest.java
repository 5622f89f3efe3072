package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TargetServerTest {

    private static final int TIMEOUT_MS = 10_000;

    private final ServedRequests served = new ServedRequests();
    private TargetServer server;

    @BeforeEach
    void start() throws IOException {
        server = TargetServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), served);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(server.address(), TIMEOUT_MS);
        return socket;
    }

    @Test
    void shouldAnswerWithAsManyBytesAsMeasured() throws Exception {
        AnswerSizes sizes = AnswerSizes.measure(server.address(), TIMEOUT_MS);
        assertEquals(0, served.distinct(), "probes are not counted");
        try (Socket socket = connect()) {
            InputStream in = socket.getInputStream();
            int[] bodies = {0, 1, 99, 100, 64_000, 5};
            for (int id = 0; id < bodies.length; id++) {
                boolean isLast = id == bodies.length - 1;
                HttpExchange exchange = new HttpExchange(id, id * 1000, bodies[id], isLast);
                socket.getOutputStream().write(exchange.request());
                assertEquals(sizes.answerBytes(exchange), in.readNBytes(sizes.answerBytes(exchange)).length);
            }
            assertEquals(-1, in.read(), "closed after the last answer, with nothing behind it");
            assertTrue(served.await(bodies.length, TIMEOUT_MS));
            assertEquals(64_205, served.bodyBytes());
        }
    }

    @Test
    void shouldNotServeADamagedRequest() throws Exception {
        byte[] request = new HttpExchange(5, 50, 10, true).request();
        request[request.length - 1]++;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        }
        assertEquals(0, served.distinct());
        assertEquals(1, served.damagedRequests());
    }

    @Test
    void shouldWaitForItsFirstAnswerAsLongAsTheTestHasTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) silent.getLocalSocketAddress();
            assertThrows(SocketTimeoutException.class, () -> AnswerSizes.measure(address, 1));
        }
    }
}
