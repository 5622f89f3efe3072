package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of six generations on one port at once: each gets the headers of its own sessions, in its own format. */
class GenerationsTogetherTest {

    private static final int SESSIONS = 20;
    private static final int RESPONSES = 2000;
    private static final int FIRST_PORT = 10000;
    private static final int TARGET_PORT = 8080;
    private static final int WAIT_MS = 60_000;

    private static final int DESTINATION_OFFSET = 16;
    private static final int DESTINATION_PORT_OFFSET = 22;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int OPTIONS_OFFSET = 40;

    /** MSS, SACK permitted, time stamps, padding, window scale 7. */
    private static final String SYN_OPTIONS = "020405b40402080a111111112222222201030307";

    private final Random random = new Random(6);

    /** One of the clients, its sessions, and what it must get. */
    private static final class Client {
        final TunnelClient tunnel;
        final String address;
        final List<ByteBuffer> wanted = new ArrayList<>();

        Client(TunnelClient tunnel, String address) {
            this.tunnel = tunnel;
            this.address = address;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.7", "0.8", "0.9"})
    void shouldSendEachClientItsOwnSessionsInItsOwnFormat(String reversed) throws IOException {
        ProtocolOptions options =
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Generation.named(reversed));
        List<Client> clients = new ArrayList<>();
        try (RunningServer running = new RunningServer(options)) {
            for (String name : List.of("0.6", reversed, "3", "4", "5", "1.x")) {
                clients.add(connect(running, name, TestNetwork.client(clients.size() + 1)));
            }
            running.await("all routes", () -> running.sessions.size() == clients.size() * SESSIONS);
            for (int sequence = 0; sequence < RESPONSES; sequence++) {
                respond(running, clients.get(random.nextInt(clients.size())), sequence);
            }
            running.endOfBatch();
            for (Client client : clients) {
                assertGotWhatItWants(client);
            }
            assertEquals(RESPONSES, running.count(Counter.FORWARDED));
        } finally {
            for (Client client : clients) {
                client.tunnel.close();
            }
        }
    }

    private static Client connect(RunningServer running, String generation, String address) throws IOException {
        TunnelFormat format = TunnelFormat.of(Generation.named(generation).orElseThrow(), ProtocolOptions.DEFAULTS);
        TunnelClient tunnel = TunnelClient.connect(running.address(), format);
        for (int port = FIRST_PORT; port < FIRST_PORT + SESSIONS; port++) {
            tunnel.add(address, port, TestNetwork.TARGET, TARGET_PORT);
        }
        return new Client(tunnel, address);
    }

    private void respond(RunningServer running, Client client, int sequence) {
        PacketBuilder packet = new PacketBuilder()
                .to(client.address, FIRST_PORT + random.nextInt(SESSIONS))
                .sequence(sequence);
        if (random.nextInt(4) == 0) {
            packet.flags(PacketBuilder.SYN | PacketBuilder.ACK)
                    .tcpOptions(HexFormat.of().parseHex(SYN_OPTIONS));
        }
        client.wanted.add(packet.toBuffer());
        running.onPacket(packet.toBuffer());
        if (random.nextInt(32) == 0) {
            running.endOfBatch();
        }
    }

    private static void assertGotWhatItWants(Client client) throws IOException {
        TunnelFormat format = client.tunnel.format();
        assertTrue(client.wanted.size() > RESPONSES / 12, "each client has its share of all responses");
        for (ByteBuffer response : client.wanted) {
            ByteBuffer message = client.tunnel.read(WAIT_MS).orElseThrow();
            assertEquals(PacketBuilder.address(client.address), message.getInt(DESTINATION_OFFSET), format::describe);
            assertEquals(
                    response.getShort(DESTINATION_PORT_OFFSET),
                    message.getShort(DESTINATION_PORT_OFFSET),
                    format::describe);
            assertEquals(response.getInt(SEQUENCE_OFFSET), message.getInt(SEQUENCE_OFFSET), format::describe);
            assertEquals(wantedOptions(format, response), options(message), format::describe);
        }
        assertTrue(client.tunnel.read(0).isEmpty(), "nothing more than its own");
    }

    private static String wantedOptions(TunnelFormat format, ByteBuffer response) {
        boolean isSyn = response.remaining() > OPTIONS_OFFSET;
        String kept =
                switch (format.generation().name()) {
                    case "0.6", "0.7" -> "";
                    case "0.8" -> "03040700";
                    default -> SYN_OPTIONS;
                };
        int areaBytes = format.messageBytes() - OPTIONS_OFFSET;
        return (isSyn ? kept : "") + "00".repeat(areaBytes - (isSyn ? kept.length() / 2 : 0));
    }

    private static String options(ByteBuffer message) {
        return HexFormat.of().formatHex(message.array(), OPTIONS_OFFSET, message.capacity());
    }
}
