package dev.intercept.ebpf;

import static dev.intercept.kit.PacketBuilder.ACK;
import static dev.intercept.kit.PacketBuilder.PSH;
import static dev.intercept.kit.PacketBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A real server that takes its time over each answer, and clients in another network namespace whose answers are stopped. The delay that
 * the kernel took holds the one in the server's own log, and lies in the one that its client could see.
 */
class DelayingServerTest {

    private static final String SERVER = "10.8.0.1";
    private static final String CLIENT = "10.8.0.2";
    private static final int PORT = 8080;
    private static final int REQUESTS = 40;
    private static final int REQUEST_BYTES = 200;
    private static final int ANSWER_BYTES = 5000;
    private static final int POLL_MS = 100;
    private static final int PATIENCE_S = 60;
    private static final long FASTEST_NS = 2_000_000;
    private static final long STEP_NS = 200_000;

    private record Answer(int flags, int sequence, int bytes, long delayNs) {}

    private final List<Answer> answers = new ArrayList<>();
    private int clientPort;
    private final BlockingQueue<Long> logged = new LinkedBlockingQueue<>();

    /** Only the last of these is used: the backend knows delays. */
    private final PacketHandler handler = new PacketHandler() {
        @Override
        public Verdict onPacket(ByteBuffer packet) {
            throw new AssertionError("without length and delay");
        }

        @Override
        public Verdict onPacket(ByteBuffer packet, int lengthBytes, long firstByteDelayNs) {
            if ((packet.getShort(22) & 0xffff) != clientPort) {
                return Verdict.DROP; // Sent again: nobody acknowledges it.
            }
            int headers = 20 + (packet.get(32) >> 4 & 0xf) * 4;
            answers.add(new Answer(packet.get(33), packet.getInt(24), lengthBytes - headers, firstByteDelayNs));
            return Verdict.DROP;
        }
    };

    @Test
    void shouldMeasureWhatTheServersOwnLogSays() throws Exception {
        try (FilteredNetwork network = new FilteredNetwork();
                NetworkNamespace clients = new NetworkNamespace()) {
            ContainerLayout.join(network, clients);
            try (CaptureBackend backend = network.open();
                    ServerSocket server = network.namespace().call(() -> new ServerSocket(PORT));
                    RawSocket raw = clients.call(RawSocket::new)) {
                Thread thread = new Thread(() -> serve(server));
                thread.start();
                List<Long> seen = new ArrayList<>();
                List<Long> log = new ArrayList<>();
                for (int request = 0; request < REQUESTS; request++) {
                    measure(backend, raw, request, seen, log);
                }
                thread.join();
                print(seen, log);
            }
        }
    }

    private void serve(ServerSocket server) {
        for (int request = 0; request < REQUESTS; request++) {
            try (Socket socket = server.accept()) {
                byte[] read = socket.getInputStream().readNBytes(REQUEST_BYTES);
                long readNs = System.nanoTime();
                assertEquals(REQUEST_BYTES, read.length);
                long answerNs = readNs + FASTEST_NS + request * STEP_NS;
                while (System.nanoTime() < answerNs) {
                    LockSupport.parkNanos(answerNs - System.nanoTime());
                }
                logged.add(System.nanoTime() - readNs);
                socket.getOutputStream().write(new byte[ANSWER_BYTES]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** One session, its request in two segments. */
    private void measure(CaptureBackend backend, RawSocket raw, int number, List<Long> seen, List<Long> log)
            throws Exception {
        answers.clear();
        clientPort = 20000 + number;
        PacketBuilder packet = new PacketBuilder().from(CLIENT, clientPort).to(SERVER, PORT);
        raw.send(packet.flags(SYN).sequence(1).build());
        int next = await(backend, answer -> (answer.flags & SYN) != 0).sequence + 1;
        raw.send(packet.flags(ACK).sequence(2).acknowledgement(next).build());
        raw.send(packet.flags(ACK | PSH).payload(new byte[REQUEST_BYTES / 2]).build());
        long sentNs = System.nanoTime();
        raw.send(packet.sequence(2 + REQUEST_BYTES / 2).build());
        long ns = await(backend, answer -> answer.bytes > 0).delayNs;
        long mostNs = System.nanoTime() - sentNs;
        Long leastNs = logged.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertTrue(leastNs <= ns && ns <= mostNs, ns + " ns, not from " + leastNs + " to " + mostNs);
        seen.add(ns);
        log.add(leastNs);
        assertTrue(
                answers.stream()
                        .filter(answer -> answer.bytes == 0 || answer.delayNs != ns)
                        .allMatch(answer -> answer.delayNs == 0),
                answers::toString);
    }

    private interface Wanted {
        boolean is(Answer answer);
    }

    private Answer await(CaptureBackend backend, Wanted wanted) throws Exception {
        Await.until(() -> "an answer; there are " + answers, () -> {
            backend.poll(handler, 64, answers.stream().anyMatch(wanted::is) ? 0 : POLL_MS);
            return answers.stream().anyMatch(wanted::is);
        });
        return answers.stream().filter(wanted::is).findFirst().orElseThrow();
    }

    private static void print(List<Long> seen, List<Long> log) {
        seen.sort(null);
        log.sort(null);
        System.out.println("delay of the first byte, " + REQUESTS + " requests:");
        for (double part : new double[] {0.5, 0.99}) {
            int index = (int) Math.ceil(part * REQUESTS) - 1;
            System.out.printf(
                    "  p%.0f, us %9d   server's log %9d   %+.1f %%%n",
                    100 * part,
                    seen.get(index) / 1000,
                    log.get(index) / 1000,
                    100.0 * (seen.get(index) - log.get(index)) / log.get(index));
        }
    }
}
