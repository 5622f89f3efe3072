package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.BigTcp;
import dev.intercept.kit.TestNetwork;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bulk answers of the kernel's own TCP through the queue, with and without NFQA_CFG_F_GSO. */
class LargePacketsTest {

    private static final int ANSWER_BYTES = 4 << 20;
    private static final int MTU = 1500;
    private static final int COPY_RANGE = 128;
    private static final int BIG_SEGMENT = 200_000;
    private static final int TOTAL_LENGTH_OFFSET = 2;

    /** What the capture saw of the answers. */
    private static final class Seen implements PacketHandler {
        private final ResponsePacket packet = new ResponsePacket();
        private int packets;
        private int largest;
        private int mostCaptured;
        private int longest;
        private long payload;

        @Override
        public Verdict onPacket(ByteBuffer captured) {
            throw new AssertionError("the kernel says how long each packet is");
        }

        @Override
        public Verdict onPacket(ByteBuffer captured, int lengthBytes) {
            packets++;
            largest = Math.max(largest, lengthBytes);
            mostCaptured = Math.max(mostCaptured, captured.remaining());
            longest += captured.getShort(captured.position() + TOTAL_LENGTH_OFFSET) == 0 ? 1 : 0;
            assertEquals(ResponsePacket.Kind.TCP, packet.wrap(captured, lengthBytes));
            do {
                payload += packet.payloadBytes();
            } while (packet.nextPart());
            return Verdict.ACCEPT;
        }
    }

    @Test
    void shouldHandLargePacketsUpWhole() throws Exception {
        Seen seen = answersSeen(Map.of(), 65536);
        assertTrue(seen.largest > 10 * MTU, "largest packet " + seen.largest);
        assertTrue(seen.packets < ANSWER_BYTES / MTU, seen.packets + " packets");
        assertEquals(COPY_RANGE, seen.mostCaptured);
    }

    @Test
    void shouldSayHowLongThoseAreWhoseTotalLengthIs0() throws Exception {
        Seen seen = answersSeen(Map.of(), BIG_SEGMENT);
        assertTrue(seen.longest > 0, "segments above 64 KiB");
        assertTrue(seen.largest > 65535, "largest packet " + seen.largest);
        assertEquals(COPY_RANGE, seen.mostCaptured);
        assertEquals(ANSWER_BYTES, seen.payload);
    }

    @Test
    void shouldHaveThemCutWhenAsked() throws Exception {
        Seen seen = answersSeen(Map.of("--gso", "off"), 65536);
        assertEquals(MTU, seen.largest);
        assertTrue(seen.packets > ANSWER_BYTES / MTU, seen.packets + " packets");
    }

    private static Seen answersSeen(Map<String, String> options, int segmentBytes) throws Exception {
        try (QueueFixture fixture = new QueueFixture();
                NfqueueBackend backend = fixture.open(new JnaSystemCalls(), options)) {
            fixture.namespace().exec("ip", "link", "set", "lo", "mtu", Integer.toString(MTU));
            fixture.namespace().run(() -> BigTcp.allow("lo", segmentBytes));
            Seen seen = new Seen();
            CompletableFuture<Void> answer = new CompletableFuture<>();
            fixture.namespace().run(() -> daemon(() -> answerOverTcp(answer)));
            while (!answer.isDone()) {
                backend.poll(seen, 64, 100);
            }
            answer.get();
            return seen;
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp");
        thread.setDaemon(true);
        thread.start();
    }

    /** A server on port 8080 sends its answer to a client; both are the kernel's, the way between is the queue. */
    private static void answerOverTcp(CompletableFuture<Void> done) {
        try (ServerSocket server = new ServerSocket(8080, 1, InetAddress.getByName(TestNetwork.TARGET));
                Socket client = new Socket(TestNetwork.TARGET, 8080);
                Socket accepted = server.accept()) {
            daemon(() -> write(accepted, done));
            new DataInputStream(client.getInputStream()).readFully(new byte[ANSWER_BYTES]);
            done.complete(null);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }

    private static void write(Socket to, CompletableFuture<Void> done) {
        try {
            to.getOutputStream().write(new byte[ANSWER_BYTES]);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }
}
