package dev.intercept.peers;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A tcpcopy as it should be: announces sessions, waits for each one's SYN/ACK, then for the answers that follow, and counts
 * what is missing or wrong. The responses are what the target would send; the test's capture thread takes them from
 * {@link #responses}.
 */
final class WellBehaved implements Runnable, AutoCloseable {

    private static final int SESSIONS_AT_ONCE = 50;
    private static final int ANSWERS = 8;
    private static final int FIRST_PORT = 1024;
    private static final int LAST_PORT = 65535;
    private static final int TARGET_PORT = 8080;
    private static final int READ_MS = 20;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private static final int DESTINATION_PORT_OFFSET = 22;
    private static final int SEQUENCE_OFFSET = 24;

    final Queue<ByteBuffer> responses = new ConcurrentLinkedQueue<>();

    private final String address;
    private final TunnelClient tunnel;
    private final Map<Integer, Integer> nextSequences = new HashMap<>();
    private final Map<Integer, Long> begunNs = new HashMap<>();
    private final Thread thread;
    private int nextPort = FIRST_PORT;
    private volatile int finished;
    private long longestWaitNs;
    private volatile boolean stopping;
    private String complaint = "";

    WellBehaved(RunningServer running, Generation generation, String address) throws IOException {
        this.address = address;
        tunnel = TunnelClient.connect(running.address(), TunnelFormat.of(generation, ProtocolOptions.DEFAULTS));
        thread = new Thread(this, "well-behaved " + generation);
        thread.start();
    }

    @Override
    public void run() {
        try {
            converse();
        } catch (IOException | RuntimeException e) {
            complaint = e.toString();
        }
    }

    private void converse() throws IOException {
        long lastHeardNs = System.nanoTime();
        while (!stopping || !nextSequences.isEmpty()) {
            while (!stopping && nextSequences.size() < SESSIONS_AT_ONCE) {
                begin();
            }
            Optional<ByteBuffer> message = tunnel.read(READ_MS);
            if (message.isPresent()) {
                lastHeardNs = System.nanoTime();
                take(message.get());
            } else if (System.nanoTime() - lastHeardNs > PATIENCE_NS) {
                throw new IOException(nextSequences.size() + " sessions got nothing for 60 s");
            }
        }
    }

    private void begin() throws IOException {
        nextPort = nextPort == LAST_PORT ? FIRST_PORT : nextPort + 1;
        nextSequences.put(nextPort, 0);
        begunNs.put(nextPort, System.nanoTime());
        respond(nextPort, 0, PacketBuilder.SYN | PacketBuilder.ACK);
        tunnel.add(address, nextPort, TestNetwork.TARGET, TARGET_PORT);
    }

    private void take(ByteBuffer message) throws IOException {
        int port = message.getShort(DESTINATION_PORT_OFFSET) & 0xffff;
        int sequence = message.getInt(SEQUENCE_OFFSET);
        Integer wanted = nextSequences.remove(port);
        if (wanted == null || wanted != sequence) {
            throw new IOException("port " + port + " got " + sequence + " instead of " + wanted);
        }
        if (sequence == ANSWERS) {
            finished = finished + 1; // Of this thread alone.
            return;
        }
        nextSequences.put(port, sequence + 1);
        if (sequence == 0) {
            longestWaitNs = Math.max(longestWaitNs, System.nanoTime() - begunNs.remove(port));
            for (int answer = 1; answer <= ANSWERS; answer++) {
                respond(port, answer, PacketBuilder.ACK);
            }
        }
    }

    private void respond(int port, int sequence, int flags) {
        responses.add(new PacketBuilder()
                .to(address, port)
                .flags(flags)
                .sequence(sequence)
                .toBuffer());
    }

    /** Ends when all sessions have all their answers, or when no more come. */
    void finish() throws InterruptedException {
        stopping = true;
        thread.join(2 * PATIENCE_NS / 1_000_000);
    }

    /** Empty when all is well. To be asked when it was finished. */
    String complaint() {
        return thread.isAlive() ? "still waiting for answers" : complaint;
    }

    /** Sessions that had all their answers, in order. */
    int finished() {
        return finished;
    }

    /** The longest from a session's ADD to its SYN/ACK. */
    long longestWaitMs() {
        return longestWaitNs / 1_000_000;
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        tunnel.close();
    }
}
