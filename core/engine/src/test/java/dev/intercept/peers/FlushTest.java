package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.intercept.capture.CaptureLoop;
import dev.intercept.kit.MemoryBackend;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.server.ClientProtocols;
import dev.intercept.server.Tunnel;
import dev.intercept.session.Readers;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A header's way from the packet source through capture loop and socket to the client, without a timer: no clock of
 * intercept's moves here, so whatever waited for one would never come.
 */
class FlushTest {

    private static final int WAIT_MS = 60_000;
    private static final int LONE = 200;
    private static final int STREAM = 20_000;
    private static final int STREAM_BURST = 10;
    private static final int PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;

    private RunningServer running;
    private TunnelClient client;
    private MemoryBackend backend;
    private Thread capture;

    @BeforeEach
    void start() throws IOException {
        running = RunningServer.withoutTime(ClientProtocols.all(ProtocolOptions.DEFAULTS));
        client = TunnelClient.connect(running.address());
        backend = new MemoryBackend();
        CaptureLoop loop = new CaptureLoop(
                backend,
                running.interceptor,
                Readers.NONE,
                running::nowNs,
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
        for (int i = 0; i < LONE; i++) {
            add(PORT + i);
            int routes = i + 1;
            running.await("the route", () -> running.sessions.size() == routes);
            backend.inject(synAck(PORT + i).build());
            client.read(WAIT_MS).orElseThrow();
        }
        assertEquals(LONE, client.batches(), "none waited for another");
    }

    @Test
    void shouldSendAParkedSynAckAsSoonAsItsRouteComes() throws IOException {
        for (int i = 0; i < LONE; i++) {
            backend.inject(synAck(PORT + i).build());
            running.await("the parked header", () -> running.sessions.parked() == 1);
            add(PORT + i);
            client.read(WAIT_MS).orElseThrow();
        }
        assertEquals(LONE, client.batches(), "none waited for another");
    }

    @Test
    void shouldKeepNoHeaderOfASteadyStream() throws Exception {
        add(PORT);
        running.await("the route", () -> running.sessions.size() == 1);
        Thread target = new Thread(this::stream, "target");
        target.start();
        for (int i = 0; i < STREAM; i++) {
            ByteBuffer message = client.read(WAIT_MS).orElseThrow();
            assertEquals(i, message.getInt(SEQUENCE_OFFSET));
        }
        target.join();
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

    /** The last of a burst is followed by nothing that could push it. */
    private void stream() {
        for (int i = 0; i < STREAM; i++) {
            if (i % STREAM_BURST == 0) {
                int sent = i;
                running.await("the burst before", () -> running.count(Counter.FORWARDED) == sent);
            }
            backend.inject(new PacketBuilder().sequence(i).build());
        }
    }

    private void add(int port) throws IOException {
        client.add(TestNetwork.client(1), port, TestNetwork.TARGET, TARGET_PORT);
    }

    private static PacketBuilder synAck(int port) {
        return new PacketBuilder().to(TestNetwork.client(1), port).flags(PacketBuilder.SYN | PacketBuilder.ACK);
    }
}
