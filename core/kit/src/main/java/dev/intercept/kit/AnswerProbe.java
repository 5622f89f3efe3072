package dev.intercept.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that behaves, and how long its answers take: one after the other goes out from the target's address, and is awaited on the
 * tunnel. Its verdict came before that. One thread.
 */
public final class AnswerProbe implements AutoCloseable {

    private static final String CLIENT = TestNetwork.client(1);
    private static final int CLIENT_PORT = 10_000;
    private static final int TARGET_PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int PATIENCE_MS = 10_000;
    private static final long PAUSE_NS = 1_000_000;
    private static final int MOST = 1 << 20;

    private final TunnelClient tunnel;
    private final RawSocket target = new RawSocket();
    private final ByteBuffer answer =
            new PacketBuilder().to(CLIENT, CLIENT_PORT).toBuffer();
    private final long[] waitsNs = new long[MOST];
    private int sequence;
    private int lost;

    /** In the network namespace of the target. */
    public AnswerProbe(InetSocketAddress server) throws IOException {
        tunnel = TunnelClient.connect(server);
        tunnel.add(CLIENT, CLIENT_PORT, TestNetwork.TARGET, TARGET_PORT);
        // Unlike other answers it waits for its route.
        target.send(new PacketBuilder()
                .to(CLIENT, CLIENT_PORT)
                .flags(PacketBuilder.SYN | PacketBuilder.ACK)
                .build());
        if (tunnel.read(PATIENCE_MS).isEmpty()) {
            throw new IOException("the SYN/ACK of the first session did not come");
        }
    }

    /** Sends and awaits for so long. @return one line: how many came, how many did not, and how long they took */
    public String round(int seconds) throws IOException {
        int answers = 0;
        int lostBefore = lost;
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < endNs && answers < MOST) {
            long waitNs = awaitAnswer();
            if (waitNs >= 0) {
                waitsNs[answers++] = waitNs;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        Arrays.sort(waitsNs, 0, answers);
        return answers == 0
                ? "0 answers, all lost"
                : String.format(
                        "%d answers, %d lost, median %.3f ms, 99.9 of 100 within %.3f ms, latest %.3f ms",
                        answers,
                        lost - lostBefore,
                        waitsNs[answers / 2] / 1e6,
                        waitsNs[(int) (answers * 0.999)] / 1e6,
                        waitsNs[answers - 1] / 1e6);
    }

    private long awaitAnswer() throws IOException {
        answer.putInt(SEQUENCE_OFFSET, ++sequence);
        long sentNs = System.nanoTime();
        target.send(answer.array());
        while (true) {
            Optional<ByteBuffer> message = tunnel.read(PATIENCE_MS);
            if (message.isEmpty()) {
                lost++;
                return -1;
            }
            if (message.get().getInt(SEQUENCE_OFFSET) == sequence) {
                return System.nanoTime() - sentNs;
            }
        }
    }

    /** Answers that did not come in 10 s. */
    public int lost() {
        return lost;
    }

    @Override
    public void close() throws IOException {
        target.close();
        tunnel.close();
    }

    /**
     * Does a round for each line of standard input, a number of seconds, and prints one line; ends with 0 when nothing was lost.
     *
     * @param arguments host and port of intercept
     */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress server = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        try (AnswerProbe probe = new AnswerProbe(server)) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(probe.round(Integer.parseInt(line)));
            }
            System.exit(probe.lost() == 0 ? 0 : 1);
        }
    }
}
