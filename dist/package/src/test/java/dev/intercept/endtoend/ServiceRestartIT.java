package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.daemon.NotifyReceiver;
import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.kit.TunnelClient;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built program under a service manager that stops it and starts it again, as {@code systemctl restart} does. */
class ServiceRestartIT {

    private static final String CLIENT = TestNetwork.client(1);
    private static final int PORT = 8080;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int READ_MS = 20_000;
    private static final List<Generation> CLIENTS = List.of(Generation.V1, Generation.OPENING_5);

    @TempDir
    Path directory;

    private InstalledProgram program;
    private RawSocket target;
    private NotifyReceiver manager;
    private Process service;
    private String command;
    private final List<TunnelClient> tunnels = new ArrayList<>();

    @BeforeEach
    void layOut() throws Exception {
        program = new InstalledProgram(directory);
        program.network().run(TestNetwork::layOut);
        target = program.network().call(RawSocket::new);
        manager = new NotifyReceiver(notifySocket().toString(), InstalledProgram.PATIENCE_S);
    }

    private void startWithTwoClients(String options) throws Exception {
        command = "exec " + Path.of("../target/intercept/bin/intercept").toAbsolutePath() + " " + options + " --socket="
                + socket();
        service = program.startCommand(List.of(
                "sh", "-c", "NOTIFY_SOCKET=" + notifySocket() + " RUNTIME_DIRECTORY=" + directory + " " + command));
        manager.awaitMessage("READY=1\n");
        for (int i = 0; i < CLIENTS.size(); i++) {
            connect(CLIENTS.get(i), 10_000 + i);
        }
    }

    @AfterEach
    void leave() throws Exception {
        for (TunnelClient tunnel : tunnels) {
            tunnel.close();
        }
        target.close();
        program.close();
        manager.close();
    }

    private Path notifySocket() {
        return directory.resolve("notify");
    }

    private Path socket() {
        return directory.resolve("status.sock");
    }

    private void connect(Generation generation, int clientPort) throws Exception {
        TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
        TunnelClient tunnel = program.network()
                .call(() -> TunnelClient.connect(
                        new InetSocketAddress(InetAddress.getByName(TestNetwork.TARGET), 36524), format));
        tunnels.add(tunnel);
        ByteBuffer add = ByteBuffer.allocate(generation.recordBytes());
        generation.encodeAdd(
                add, PacketBuilder.address(CLIENT), clientPort, PacketBuilder.address(TestNetwork.TARGET), PORT);
        tunnel.send(add.array());
        Await.until("an answer to port " + clientPort, () -> {
            answer(clientPort, 0);
            boolean isThere = false;
            for (Optional<ByteBuffer> header = tunnel.read(50); header.isPresent(); header = tunnel.read(0)) {
                isThere = true;
            }
            return isThere;
        });
    }

    private void answer(int clientPort, int sequence) throws Exception {
        target.send(
                new PacketBuilder().to(CLIENT, clientPort).sequence(sequence).build());
    }

    /** In turn for each client, some pause after each round, until the end. Returns how many each was sent. */
    private int answerAll(AtomicBoolean isOver) {
        int sequence = 0;
        try {
            while (!isOver.get()) {
                sequence++;
                for (int i = 0; i < CLIENTS.size(); i++) {
                    answer(10_000 + i, sequence);
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
            }
            return sequence;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void readOn(TunnelClient tunnel) throws Exception {
        while (tunnel.read(READ_MS).isPresent()) {
            // Answers that came in between.
        }
    }

    /** As systemd: what was stored is there from 3 on, in no order, and the process id is that of the program. */
    private SpawnedProgram startAgain() throws Exception {
        List<Integer> stored = new ArrayList<>(manager.stored());
        Collections.shuffle(stored);
        String names = String.join(":", Collections.nCopies(stored.size(), "intercept"));
        Map<String, String> variables = Map.of(
                "NOTIFY_SOCKET", notifySocket().toString(),
                "RUNTIME_DIRECTORY", directory.toString(),
                "LISTEN_FDS", Integer.toString(stored.size()),
                "LISTEN_FDNAMES", names);
        String script = "export LISTEN_PID=$$; " + command;
        return program.network()
                .call(() -> SpawnedProgram.start(script, variables, stored, directory.resolve("again.log")));
    }

    @Test
    void shouldKeepTunnelsAndLoseNoAnswerOfTheQueueWhereAStartFollowsTheStop() throws Exception {
        program.network()
                .exec("iptables", "-I", "OUTPUT", "-p", "tcp", "--sport", "8080", "-j", "NFQUEUE", "--queue-num", "0");
        startWithTwoClients("--backend=nfqueue --queue-maxlen=65536");
        assertLosesNoAnswer(1);
    }

    @Test
    void shouldFindEachMapOfAFilterAmongOthers() throws Exception {
        startWithTwoClients("--backend=ebpf --target-ports=8080 --stop=replayed --ring-bytes=67108864");
        assertLosesNoAnswer(6);
    }

    /** @param ofSource descriptors that the packet source has */
    private void assertLosesNoAnswer(int ofSource) throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Integer> sent = CompletableFuture.supplyAsync(() -> answerAll(isOver));
        Files.createDirectory(directory.resolve("restarting"));
        service.destroy();
        manager.awaitMessage("STOPPING=1");
        assertTrue(service.waitFor(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS));
        assertEquals(0, service.exitValue(), program.lastErr());
        assertEquals(4 + ofSource, manager.stored().size(), "the listening socket, two tunnels, the state; the source");
        try (SpawnedProgram next = startAgain()) {
            manager.awaitMessage("BARRIER=1");
            assertEquals(List.of(), manager.stored());
            manager.awaitMessage("READY=1\n");
            assertNotEquals(service.pid(), next.pid());
            isOver.set(true);
            for (TunnelClient tunnel : tunnels) {
                for (int sequence = 1; sequence <= sent.get(); ) {
                    int came = tunnel.read(READ_MS).orElseThrow().getInt(SEQUENCE_OFFSET);
                    assertTrue(came == sequence || came == 0 && sequence == 1, came + " after " + (sequence - 1));
                    sequence += came == 0 ? 0 : 1;
                }
            }
            assertTrue(StatusSocket.ask(socket()).matches("(?s).*\"kernelLost\": ?0\\b.*"));
            InstalledProgram.awaitText(directory.resolve("again.log"), ": 2 tunnels and 2 sessions go on");
            next.stop(); // Without a restart to follow.
            assertEquals(List.of(), manager.stored());
            for (TunnelClient tunnel : tunnels) {
                assertThrows(EOFException.class, () -> readOn(tunnel));
            }
        }
    }
}
