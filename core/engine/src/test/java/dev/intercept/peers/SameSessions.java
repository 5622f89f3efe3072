package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.TunnelClient;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.Verdict;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.ClientDecoder;
import dev.intercept.tcpcopy.ClientRecords;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolException;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.Recording;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A client of 1.x that copies the sessions of a recording to a target of its own. Its answers are those of the recording, from
 * another address; a session's first comes before its ADD, as when the server is slow to read it, but for the first session.
 */
final class SameSessions implements ClientRecords, AutoCloseable {

    private static final int TARGET_ADDRESS = 0x0a4d0063;
    private static final int WAIT_MS = 5000;
    private static final int SEQUENCE_OFFSET = 24;

    private final RunningServer running;
    private final Recording recording;
    private final ClientDecoder decoder;
    private final TunnelClient tunnel;
    private final ResponsePacket packet = new ResponsePacket();

    /** The sessions, and whether an answer has come and the ADD was sent. */
    private final Map<Long, Boolean> announced = new HashMap<>();

    /** Sequence numbers by session, in their order. */
    private final Map<Long, List<Integer>> wanted = new HashMap<>();

    private int responses;

    SameSessions(RunningServer running, Recording recording) throws IOException {
        this.running = running;
        this.recording = recording;
        decoder = new ClientDecoder(recording.options);
        tunnel = TunnelClient.connect(running.address(), TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS));
        running.await("the client that names its targets", () -> running.server.tunnels().stream()
                .anyMatch(each -> each.format() != null && each.format().generation() == Generation.V1));
    }

    void play(Recording.Event event) throws IOException, ProtocolException {
        if (event.kind().equals("c2s")) {
            byte[] stream = recording.fromClient.get(event.tunnel());
            decoder.decode(ByteBuffer.wrap(stream, event.offset(), event.length()), this);
        } else if (event.kind().equals("response")) {
            respond(recording.responses.get(event.offset()));
        }
    }

    private void respond(ByteBuffer recorded) throws IOException {
        ByteBuffer response = ByteBuffer.allocate(recorded.remaining())
                .put(recorded.duplicate())
                .flip();
        response.putInt(12, TARGET_ADDRESS);
        packet.wrap(response);
        long session = note(wanted, packet);
        boolean isFirstOfAll = ++responses == 1;
        boolean isFirst = Boolean.FALSE.equals(announced.put(session, true));
        if (!isFirstOfAll) {
            assertEquals(Verdict.DROP, running.onPacket(response));
        }
        if (isFirst) {
            long before = running.count(Counter.ROUTES_ADDED);
            tunnel.add(packet.destinationAddress(), packet.destinationPort(), TARGET_ADDRESS, packet.sourcePort());
            running.await("the route", () -> running.count(Counter.ROUTES_ADDED) > before);
        }
        if (isFirstOfAll) {
            assertEquals(Verdict.DROP, running.onPacket(response));
        }
        running.endOfBatch();
    }

    private static long note(Map<Long, List<Integer>> bySession, ResponsePacket response) {
        long session = (long) response.destinationAddress() << 16 | response.destinationPort();
        bySession
                .computeIfAbsent(session, each -> new ArrayList<>())
                .add(response.buffer().getInt(SEQUENCE_OFFSET));
        return session;
    }

    void assertGotAll() throws IOException {
        Map<Long, List<Integer>> got = new HashMap<>();
        for (int i = 0; i < responses; i++) {
            packet.wrap(tunnel.read(WAIT_MS).orElseThrow());
            assertEquals(TARGET_ADDRESS, packet.sourceAddress());
            note(got, packet);
        }
        assertEquals(wanted, got);
    }

    @Override
    public void opened(TunnelFormat format) {
        // Of the recorded client.
    }

    @Override
    public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        announced.put((long) clientAddress << 16 | clientPort, false);
    }

    @Override
    public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        // A client of today sends none.
    }

    @Override
    public void close() throws IOException {
        tunnel.close();
    }
}
