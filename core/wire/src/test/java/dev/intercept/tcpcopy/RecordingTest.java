package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real clients' bytes go in, the responses that the C servers were given go through, and what comes out is what the C servers
 * sent: every byte of every message, checksums and padding too.
 */
class RecordingTest {

    private static final int TUNNEL_BYTES = 1 << 20;

    @ParameterizedTest
    @MethodSource("dev.intercept.tcpcopy.Recording#names")
    void shouldSendWhatTheRecordedServerSent(String name) throws Exception {
        Recording recording = new Recording(name);
        Replay replay = new Replay(recording);
        replay.run();
        int equal = 0;
        int recorded = 0;
        for (int tunnel = 0; tunnel < recording.tunnels(); tunnel++) {
            TunnelFormat format = replay.tunnels.get(tunnel).decoder.format();
            List<String> want = recording.messages(recording.fromServer.get(tunnel), format.batchLimit());
            List<String> got = recording.messages(replay.tunnels.get(tunnel).sent(), format.batchLimit());
            recorded += want.size();
            equal += (int) IntStream.range(0, Math.min(want.size(), got.size()))
                    .filter(i -> want.get(i).equals(got.get(i)))
                    .count();
            assertEquals(String.join("\n", want), String.join("\n", got), name + " tunnel " + tunnel);
        }
        System.out.println(name + ": " + equal + " of " + recorded + " frames equal");
        assertTrue(recorded > 0 && equal == recorded);
    }

    /** A server without sockets: recorded bytes in, routes in a map, bytes out. */
    private static final class Replay {

        final List<Tunnel> tunnels = new ArrayList<>();
        private final Recording recording;
        private final Map<String, Tunnel> routes = new HashMap<>();
        private final ResponsePacket response = new ResponsePacket();

        Replay(Recording recording) {
            this.recording = recording;
            IntStream.range(0, recording.tunnels()).forEach(i -> tunnels.add(new Tunnel(this)));
        }

        void run() throws Exception {
            for (Recording.Event event : recording.events) {
                switch (event.kind()) {
                    case "c2s" ->
                        tunnels.get(event.tunnel())
                                .decode(ByteBuffer.wrap(
                                        recording.fromClient.get(event.tunnel()), event.offset(), event.length()));
                    case "response" -> forward(recording.responses.get(event.offset()));
                    default -> flush();
                }
            }
            flush();
        }

        private void forward(ByteBuffer packet) throws IOException {
            assertEquals(ResponsePacket.Kind.TCP, response.wrap(packet));
            Tunnel tunnel = route();
            assertNotNull(tunnel, "a response without a route");
            assertTrue(tunnel.buffer.append(response));
        }

        private Tunnel route() {
            int clientAddress = response.destinationAddress();
            int clientPort = response.destinationPort();
            int targetAddress = response.sourceAddress();
            int targetPort = response.sourcePort();
            if (recording.options.single()) {
                return tunnels.get(
                        SingleSpread.tunnelOf(clientAddress, clientPort, targetAddress, targetPort, tunnels.size()));
            }
            Tunnel exact = routes.get(key(clientAddress, clientPort, targetAddress, targetPort));
            return exact != null ? exact : routes.get(key(clientAddress, clientPort, 0, 0));
        }

        private void flush() throws IOException {
            for (Tunnel tunnel : tunnels) {
                if (tunnel.buffer != null) {
                    tunnel.buffer.writeTo(Channels.newChannel(tunnel.output));
                }
            }
        }

        static String key(int clientAddress, int clientPort, int targetAddress, int targetPort) {
            return clientAddress + ":" + clientPort + ">" + targetAddress + ":" + targetPort;
        }
    }

    private static final class Tunnel implements ClientRecords {

        final ClientDecoder decoder;
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        MessageBuffer buffer;
        private final Replay replay;

        Tunnel(Replay replay) {
            this.replay = replay;
            decoder = new ClientDecoder(replay.recording.options);
        }

        void decode(ByteBuffer bytes) throws ProtocolException {
            decoder.decode(bytes, this);
        }

        byte[] sent() {
            return output.toByteArray();
        }

        @Override
        public void opened(TunnelFormat format) {
            assertEquals(replay.recording.messageBytes, format.messageBytes());
            assertEquals(replay.recording.combined, format.combined());
            buffer = new MessageBuffer(format, TUNNEL_BYTES, new TunnelMemory(TUNNEL_BYTES));
        }

        @Override
        public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
            replay.routes.put(Replay.key(clientAddress, clientPort, targetAddress, targetPort), this);
        }

        @Override
        public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
            assertNotNull(replay.routes.remove(Replay.key(clientAddress, clientPort, targetAddress, targetPort)));
        }
    }
}
