package dev.intercept.selftest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * How long the target's answers are on the wire. A forged client sees no payload, so it must know beforehand when an
 * answer is complete, as tcpcopy knows from the traffic it copied. Learned from two real requests over a real socket.
 *
 * @param keptBytes head of an answer after which the connection stays open, without the digits of its length
 * @param closingBytes the same when the server closes
 */
record AnswerSizes(int keptBytes, int closingBytes) {

    private static final int PROBE_BODY_BYTES = 7;

    /**
     * Asks the server. Must run before the rule is there that would take these answers away too.
     *
     * @param patienceMs how long it may be silent, 1 ms or more
     * @throws SocketTimeoutException when it is longer
     */
    static AnswerSizes measure(InetSocketAddress server, int patienceMs) throws IOException {
        return new AnswerSizes(
                headBytes(server, patienceMs, new HttpExchange(HttpExchange.PROBE_ID, 0, PROBE_BODY_BYTES, false)),
                headBytes(server, patienceMs, new HttpExchange(HttpExchange.PROBE_ID, 0, PROBE_BODY_BYTES, true)));
    }

    private static int headBytes(InetSocketAddress server, int patienceMs, HttpExchange probe) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(patienceMs);
            socket.connect(server, patienceMs);
            socket.getOutputStream().write(probe.request());
            String head = head(socket.getInputStream());
            // To the very end: a FIN that comes once the rule is there would reach intercept as an answer without a
            // route.
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
            return head.length() - digits(probe.bodyBytes());
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!endsHead(head.toString(StandardCharsets.US_ASCII))) {
            int next = in.read();
            if (next < 0) {
                throw new IOException(
                        "the server closed the connection inside the head of its answer: \"" + head + "\"");
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.US_ASCII);
        if (!text.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(
                    "the server answered \"" + text.lines().findFirst().orElse("") + "\"");
        }
        return text;
    }

    private static boolean endsHead(String head) {
        return head.endsWith("\r\n\r\n");
    }

    /** Bytes of the whole answer, head and body. */
    int answerBytes(HttpExchange exchange) {
        int head = exchange.closes() ? closingBytes : keptBytes;
        return head + digits(exchange.bodyBytes()) + exchange.bodyBytes();
    }

    private static int digits(int number) {
        return Integer.toString(number).length();
    }
}
