package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.BigTcp;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A log group does not say how long a segment above 64 KiB is; intercept says what to do about it. */
class BigTcpFaultTest extends RunningFaults {

    private static final int ANSWER_BYTES = 4 << 20;
    private static final int SEGMENT_BYTES = 200_000;
    private static final int LEGACY_SEGMENT_BYTES = 65536;

    @Test
    @Tag("unknown-length")
    void shouldSayWhichSegmentsANflogGroupCannotMeasureUntilThereAreNone() throws Exception {
        stopIntercept();
        start(InterceptConfig.builder().backendName("nflog").build());
        sh("iptables -I OUTPUT -p tcp --sport 8080 -j NFLOG --nflog-group 0 --nflog-size 128");
        sh("ip link set lo mtu 1500");
        allow(SEGMENT_BYTES);
        answerALot();
        Finding finding = await(FindingId.UNKNOWN_LENGTH);
        assertTrue(finding.fact().endsWith("and nflog:0 does not say how long they are"), finding.fact());
        assertTrue(
                finding.remedy().startsWith("ip link set dev DEV gso_ipv4_max_size " + LEGACY_SEGMENT_BYTES),
                finding.remedy());

        allow(LEGACY_SEGMENT_BYTES);
        awaitEnd(FindingId.UNKNOWN_LENGTH);
        long before = intercept.statistics().get(Counter.UNKNOWN_LENGTH);
        answerALot();
        assertEquals(before, intercept.statistics().get(Counter.UNKNOWN_LENGTH));
        assertEquals(0, intercept.statistics().get(Counter.MALFORMED));
    }

    private void allow(int segmentBytes) throws Exception {
        network.run(() -> BigTcp.allow("lo", segmentBytes));
    }

    /** The group only looks on: the answer gets to its client, and the headers of all of it to intercept. */
    private void answerALot() throws Exception {
        long before = intercept.statistics().packets();
        network.run(() -> {
            try (ServerSocket server = new ServerSocket(TARGET_PORT, 1, InetAddress.getByName(TestNetwork.TARGET));
                    Socket client = new Socket(TestNetwork.TARGET, TARGET_PORT);
                    Socket accepted = server.accept()) {
                Thread writer = new Thread(() -> write(accepted), "target");
                writer.start();
                assertEquals(ANSWER_BYTES, client.getInputStream().readNBytes(ANSWER_BYTES).length);
                writer.join();
            }
        });
        waitUntil(() -> intercept.statistics().packets() > before, () -> "no answer is seen");
    }

    private static void write(Socket socket) {
        try {
            socket.getOutputStream().write(new byte[ANSWER_BYTES]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
