package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of {@code intercept restart} share: tunnels, and a target whose answers go to their clients. */
abstract class ProgramToRestart extends ProgramInANetwork {

    static final int SEQUENCE_OFFSET = 24;
    static final int READ_MS = 20_000;
    private static final String CLIENT = TestNetwork.client(1);
    private static final int PORT = 8080;
    private static final List<Generation> CLIENTS = List.of(Generation.V1, Generation.OPENING_5);

    final List<TunnelClient> tunnels = new ArrayList<>();
    private RawSocket target;

    @BeforeEach
    final void layOutNetwork() throws Exception {
        program.network().run(TestNetwork::layOut);
        target = program.network().call(RawSocket::new);
    }

    @AfterEach
    final void closeSockets() throws Exception {
        for (TunnelClient tunnel : tunnels) {
            tunnel.close();
        }
        target.close();
    }

    final Path socket() {
        return directory.resolve("status.sock");
    }

    final Result restart() throws Exception {
        return program.run("restart", "--socket=" + socket());
    }

    final String status() throws Exception {
        return StatusSocket.ask(socket());
    }

    final TunnelClient connect(Generation generation) throws Exception {
        TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
        TunnelClient tunnel = program.network()
                .call(() -> TunnelClient.connect(
                        new InetSocketAddress(InetAddress.getByName(TestNetwork.TARGET), 36524), format));
        tunnels.add(tunnel);
        return tunnel;
    }

    final void answer(int clientPort, int sequence) throws Exception {
        target.send(
                new PacketBuilder().to(CLIENT, clientPort).sequence(sequence).build());
    }

    /** Sends the answer until its header comes: the record of its route may be under way still. */
    final void assertServed(TunnelClient tunnel, int clientPort, int sequence) throws Exception {
        Await.until("an answer to port " + clientPort, () -> {
            answer(clientPort, sequence);
            boolean isThere = false;
            for (Optional<ByteBuffer> header = tunnel.read(50); header.isPresent(); header = tunnel.read(0)) {
                isThere |= header.get().getInt(SEQUENCE_OFFSET) == sequence;
            }
            return isThere;
        });
    }

    static byte[] record(Generation generation, int clientPort) {
        ByteBuffer out = ByteBuffer.allocate(generation.recordBytes());
        generation.encodeAdd(
                out, PacketBuilder.address(CLIENT), clientPort, PacketBuilder.address(TestNetwork.TARGET), PORT);
        return out.array();
    }

    static long number(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": ?(\\d+)").matcher(json);
        assertTrue(matcher.find(), name + " in " + json);
        return Long.parseLong(matcher.group(1));
    }

    /** Two tcpcopies with a session each. */
    final void serveClients() throws Exception {
        for (int i = 0; i < CLIENTS.size(); i++) {
            connect(CLIENTS.get(i)).send(record(CLIENTS.get(i), 10_000 + i));
            assertServed(tunnels.get(i), 10_000 + i, 0);
        }
    }

    /** A thousand answers a second and more for each of two tcpcopies, while it restarts: the kernel keeps what comes while no program runs. */
    final void assertLosesNoAnswer() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Integer> sent = CompletableFuture.supplyAsync(() -> answerAll(CLIENTS.size(), isOver));
        Result result = restart();
        isOver.set(true);
        assertEquals(0, result.exitCode(), result.err());
        for (TunnelClient tunnel : tunnels) {
            for (int sequence = 1; sequence <= sent.get(); ) {
                int next = tunnel.read(READ_MS).orElseThrow().getInt(SEQUENCE_OFFSET);
                assertTrue(next == sequence || next == 0 && sequence == 1, next + " after " + (sequence - 1));
                sequence += next == 0 ? 0 : 1;
            }
        }
        assertEquals(0, number(status(), "kernelLost"));
        assertTrue(sent.get() > 100, "answers while it restarted: " + sent.get());
    }

    /** In turn for each client, some pause after each round, until the end. */
    private int answerAll(int clients, AtomicBoolean isOver) {
        int sequence = 0;
        try {
            while (!isOver.get()) {
                sequence++;
                for (int i = 0; i < clients; i++) {
                    answer(10_000 + i, sequence);
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
            }
            return sequence;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
