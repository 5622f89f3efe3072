package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TunnelClientTest {

    private static final int WAIT_MS = 60_000;

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(WAIT_MS);
    }

    @AfterEach
    void stopListening() throws IOException {
        listener.close();
    }

    private InetSocketAddress server() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Test
    void shouldSendTheOpeningRecordAndThenRoutes() throws IOException {
        try (TunnelClient client = TunnelClient.connect(server());
                Socket accepted = listener.accept()) {
            client.add("10.78.0.1", 59158, "10.77.0.3", 8080);
            assertEquals("0000000000000006000000000000", hex(accepted, 14));
            assertEquals("0a4e0001e71600010a4d00031f90", hex(accepted, 14));
        }
    }

    @Test
    void shouldSendNoOpeningRecordWhereTheGenerationHasNone() throws IOException {
        TunnelFormat format = TunnelFormat.of(Generation.V0_6, ProtocolOptions.DEFAULTS);
        try (TunnelClient client = TunnelClient.connect(server(), format);
                Socket accepted = listener.accept()) {
            client.delete(PacketBuilder.address("10.78.0.1"), 59158, 0, 0);
            assertEquals("0a4e0001e7160200", hex(accepted, 8));
        }
    }

    private static String hex(Socket from, int bytes) throws IOException {
        from.setSoTimeout(WAIT_MS);
        return HexFormat.of().formatHex(from.getInputStream().readNBytes(bytes));
    }

    @Test
    void shouldTakeMessagesOutOfBatchesHoweverTheyAreCut() throws IOException {
        try (TunnelClient client = TunnelClient.connect(server());
                Socket accepted = listener.accept()) {
            byte[] stream = twoBatches();
            accepted.getOutputStream().write(stream, 0, 1);
            assertEquals(Optional.empty(), client.read(0));
            accepted.getOutputStream().write(stream, 1, 100);
            assertEquals(1, client.read(WAIT_MS).orElseThrow().get(0));
            assertEquals(Optional.empty(), client.read(0));
            accepted.getOutputStream().write(stream, 101, stream.length - 101);
            assertEquals(2, client.read(WAIT_MS).orElseThrow().get(0));
            assertEquals(0, client.leftInBatch());
            assertEquals(3, client.read(WAIT_MS).orElseThrow().get(0));
            assertEquals(2, client.batches());
        }
    }

    private static byte[] twoBatches() {
        ByteBuffer out = ByteBuffer.allocate(2 + 2 * 64 + 2 + 64);
        out.putShort(0, (short) 2).put(2, (byte) 1).put(66, (byte) 2);
        out.putShort(130, (short) 1).put(132, (byte) 3);
        return out.array();
    }

    @Test
    void shouldSayThatTheServerClosed() throws IOException {
        try (TunnelClient client = TunnelClient.connectSilently(server())) {
            listener.accept().close();
            EOFException end = assertThrows(EOFException.class, () -> client.read(WAIT_MS));
            assertEquals("the server closed the tunnel", end.getMessage());
        }
    }

    @Test
    void shouldNameTheServerThatDoesNotListen() throws IOException {
        InetSocketAddress nobody = server();
        listener.close();
        IOException refused = assertThrows(IOException.class, () -> TunnelClient.connect(nobody));
        assertTrue(refused.getMessage().startsWith("connecting a tunnel to " + nobody + " failed: "));
    }

    @Test
    void shouldSendMoreThanTheSocketTakesAtOnce() throws Exception {
        byte[] much = new byte[8 << 20];
        much[much.length - 1] = 9;
        try (TunnelClient client = TunnelClient.connectSilently(server());
                Socket accepted = listener.accept()) {
            byte[] arrived = new byte[much.length];
            Thread reader = new Thread(() -> readFully(accepted, arrived));
            reader.start();
            client.send(much);
            reader.join(WAIT_MS);
            assertArrayEquals(much, arrived);
        }
    }

    private static void readFully(Socket from, byte[] into) {
        try {
            new DataInputStream(from.getInputStream()).readFully(into);
        } catch (IOException e) {
            into[0] = -1;
        }
    }
}
