package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.CaptureLoop;
import dev.intercept.kit.MemoryBackend;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.Tunnel;
import dev.intercept.session.Readers;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How long a header is under way, from the packet source through capture loop and socket to the client: 2 ms at most, and no
 * timer in between. A busy machine may keep one waiting for longer, so it is the median that is held to it.
 */
class FlushLatencyTest {

    private static final long MAX_WAIT_NS = 2_000_000;
    private static final int WAIT_MS = 60_000;
    private static final int LONE = 200;
    private static final int STREAM = 20_000;
    private static final int STREAM_BURST = 10;
    private static final long STREAM_PAUSE_NS = 500_000;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;

    private RunningServer running;
    private TunnelClient client;
    private MemoryBackend backend;
    private Thread capture;

    @BeforeEach
    void start() throws IOException {
        running = new RunningServer(ProtocolOptions.DEFAULTS);
        client = TunnelClient.connect(running.address());
        backend = new MemoryBackend();
        CaptureLoop loop = new CaptureLoop(
                backend,
                running.interceptor,
                Readers.NONE,
                System::nanoTime,
                (ended, failure) -> assertEquals(null, failure, "the capture loop ended by itself"));
        capture = new Thread(loop, "capture under test");
        capture.start();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        backend.close();
        capture.join(WAIT_MS);
        assertFalse(capture.isAlive());
        client.close();
        running.close();
    }

    @Test
    void shouldSendALoneSynAckAtOnce() throws IOException {
        long[] waitsNs = new long[LONE];
        for (int i = 0; i < LONE; i++) {
            add(PORT + i);
            int routes = i + 1;
            running.await("the route", () -> running.sessions.size() == routes);
            long sentNs = System.nanoTime();
            backend.inject(synAck(PORT + i).build());
            client.read(WAIT_MS).orElseThrow();
            waitsNs[i] = System.nanoTime() - sentNs;
        }
        assertEquals(LONE, client.batches(), "none waited for another");
        assertFast("lone SYN/ACK", waitsNs);
    }

    @Test
    void shouldSendAParkedSynAckAsSoonAsItsRouteComes() throws IOException {
        long[] waitsNs = new long[LONE];
        for (int i = 0; i < LONE; i++) {
            backend.inject(synAck(PORT + i).build());
            running.await("the parked header", () -> running.sessions.parked() == 1);
            long sentNs = System.nanoTime();
            add(PORT + i);
            client.read(WAIT_MS).orElseThrow();
            waitsNs[i] = System.nanoTime() - sentNs;
        }
        assertFast("parked SYN/ACK", waitsNs);
    }

    @Test
    void shouldKeepNoHeaderOfASteadyStream() throws Exception {
        add(PORT);
        running.await("the route", () -> running.sessions.size() == 1);
        long[] sentNs = new long[STREAM];
        long[] waitsNs = new long[STREAM];
        Thread target = new Thread(() -> stream(sentNs), "target");
        target.start();
        for (int i = 0; i < STREAM; i++) {
            ByteBuffer message = client.read(WAIT_MS).orElseThrow();
            assertEquals(i, message.getInt(SEQUENCE_OFFSET));
            waitsNs[i] = System.nanoTime() - sentNs[i];
        }
        target.join();
        assertFast("stream, in " + client.batches() + " batches", waitsNs);
    }

    @Test
    void shouldLeaveNothingBehindAtTheEndOfABatch() throws IOException {
        add(PORT);
        running.await("the route", () -> running.sessions.size() == 1);
        Tunnel tunnel = running.server.tunnels().iterator().next();
        for (int packets = 1; packets <= CaptureLoop.BATCH_LIMIT; packets++) {
            for (int i = 0; i < packets; i++) {
                running.onPacket(new PacketBuilder().toBuffer());
            }
            running.endOfBatch();
            assertEquals(0, tunnel.pendingBytes());
        }
    }

    /** The sequence number is the index; the array is written before the packet is, whose lock shows it to the reader. */
    private void stream(long[] sentNs) {
        for (int i = 0; i < STREAM; i++) {
            if (i % STREAM_BURST == 0) {
                LockSupport.parkNanos(STREAM_PAUSE_NS);
            }
            sentNs[i] = System.nanoTime();
            backend.inject(new PacketBuilder().sequence(i).build());
        }
    }

    private void add(int port) throws IOException {
        client.add(TestNetwork.client(1), port, TestNetwork.TARGET, TARGET_PORT);
    }

    private static PacketBuilder synAck(int port) {
        return new PacketBuilder().to(TestNetwork.client(1), port).flags(PacketBuilder.SYN | PacketBuilder.ACK);
    }

    private static void assertFast(String what, long[] waitsNs) {
        Arrays.sort(waitsNs);
        long medianNs = waitsNs[waitsNs.length / 2];
        System.out.printf(
                "flush latency, %s: median %d µs, 99 %% within %d µs%n",
                what, medianNs / 1000, waitsNs[waitsNs.length * 99 / 100] / 1000);
        assertTrue(medianNs < MAX_WAIT_NS, what + ": a median of " + medianNs + " ns");
    }
}
