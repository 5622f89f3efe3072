package dev.intercept.restart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.Departure;
import dev.intercept.daemon.NotifyReceiver;
import dev.intercept.daemon.ServiceManager;
import dev.intercept.server.Legacy;
import dev.intercept.spi.HeldSource;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process leaves with the service manager reaches the next by other numbers; here both are this one. */
class DescriptorStoreTest {

    private static final long PATIENCE_S = 300;
    private static final int TUNNELS = 300;
    private static final int VERSION_OFFSET = 4;

    @TempDir
    Path directory;

    private NotifyReceiver receiver;
    private ServiceManager manager;
    private ServerSocketChannel listener;
    private HeldSource source;
    private final List<SocketChannel> tunnels = new ArrayList<>();
    private final List<Socket> clients = new ArrayList<>();

    @BeforeEach
    void leave() throws IOException {
        String socket = directory.resolve("notify").toString();
        receiver = new NotifyReceiver(socket, PATIENCE_S);
        manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", socket), 0);
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        for (int i = 0; i < TUNNELS; i++) {
            connect();
        }
        Legacy legacy = new Legacy(listener, tunnels, out -> out.writeInt(42));
        source = new HeldSource("ring", List.of(memory("first of source"), memory("second of source")), "7 8");
        DescriptorStore.leave(new Departure(legacy, List.of(source)), manager);
        receiver.next();
        receiver.next();
    }

    private static int memory(String name) {
        return Libc.load().memfd_create(name, Libc.MFD_CLOEXEC);
    }

    private void connect() throws IOException {
        clients.add(
                new Socket(InetAddress.getLoopbackAddress(), listener.socket().getLocalPort()));
        tunnels.add(listener.accept());
    }

    @AfterEach
    void end() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        for (SocketChannel tunnel : tunnels) {
            tunnel.close();
        }
        Descriptors.close(source.descriptors());
        listener.close();
        manager.close();
        receiver.close();
    }

    /** As the next process would, with copies of the manager's, so that it can close its own. */
    private Optional<Baton> received(List<Integer> passed, long nowNs) throws Exception {
        CompletableFuture<String> discarded = CompletableFuture.supplyAsync(() -> receiver.awaitMessage("BARRIER=1"));
        try {
            return DescriptorStore.received(passed, manager, nowNs);
        } finally {
            discarded.get(PATIENCE_S, TimeUnit.SECONDS);
            assertEquals(List.of(), receiver.stored());
        }
    }

    private List<Integer> passed() {
        List<Integer> passed = new ArrayList<>();
        receiver.stored().forEach(stored -> passed.add(Copies.of(stored)));
        Collections.reverse(passed); // systemd keeps no order.
        return passed;
    }

    private static boolean isOpen(int descriptor) {
        return Path.of(Descriptors.path(descriptor)).toFile().exists();
    }

    @Test
    void shouldGoOnWithEachTunnelByTheNumberItHasThen() throws Exception {
        Baton baton = received(passed(), System.nanoTime()).orElseThrow();
        assertTrue(baton.asking().isEmpty());
        List<SocketChannel> arrived = baton.arrival().inheritance().tunnels();
        assertEquals(TUNNELS, arrived.size());
        for (int i = 0; i < TUNNELS; i++) {
            arrived.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i}));
            assertEquals(i & 0xff, clients.get(i).getInputStream().read());
        }
        assertEquals(42, ((DataInputStream) baton.arrival().inheritance().state()).readInt());
        HeldSource held = baton.arrival().sources().get(0);
        assertEquals(List.of("ring", "7 8"), List.of(held.settings(), held.state()));
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    Descriptors.file(source.descriptors().get(i)),
                    Descriptors.file(held.descriptors().get(i)));
        }
        baton.closeUseless();
        assertFalse(held.descriptors().stream().anyMatch(DescriptorStoreTest::isOpen));
        ServerSocketChannel again = baton.arrival().inheritance().listener();
        assertEquals(listener.getLocalAddress(), again.getLocalAddress());
        for (SocketChannel tunnel : arrived) {
            tunnel.close();
        }
        again.close();
    }

    @Test
    void shouldRefuseWhatIsOlderThanHalfAMinuteAndCloseIt() throws Exception {
        List<Integer> passed = passed();
        IOException refusal = assertThrows(
                IOException.class, () -> received(passed, System.nanoTime() + TimeUnit.SECONDS.toNanos(45)));
        assertEquals(
                "what the process before left is 45 s old; after 30 s a start goes on without it",
                refusal.getMessage());
        assertFalse(passed.stream().anyMatch(DescriptorStoreTest::isOpen));
    }

    @Test
    void shouldRefuseTheStateOfAnotherVersionAndCloseWhatBelongsToIt() throws Exception {
        List<Integer> passed = passed();
        int memory = passed.get(0);
        assertTrue(Descriptors.file(memory).startsWith("/memfd:intercept"));
        try (RandomAccessFile state = new RandomAccessFile(Descriptors.path(memory), "rw")) {
            state.seek(VERSION_OFFSET);
            state.writeInt(Baton.VERSION + 1);
        }
        assertThrows(Baton.OtherVersionException.class, () -> received(passed, System.nanoTime()));
        assertFalse(passed.stream().anyMatch(DescriptorStoreTest::isOpen));
    }

    @Test
    void shouldRefuseWhatWasNotKeptAsAWhole() throws Exception {
        List<Integer> passed = passed();
        int missing = passed.remove(passed.size() - 1);
        Copies.close(missing);
        IOException refusal = assertThrows(IOException.class, () -> received(passed, System.nanoTime()));
        assertTrue(refusal.getMessage().contains("was not kept; raise FileDescriptorStoreMax"), refusal.getMessage());
        assertFalse(passed.stream().anyMatch(DescriptorStoreTest::isOpen));
        assertThrows(IOException.class, () -> received(List.of(Copies.of(0)), System.nanoTime()), "no state at all");
    }

    /** An older manager closes what looks as if nobody used it. */
    @Test
    void shouldGoOnWithTheTunnelsWhereThePacketSourceWasNotKeptAsAWhole() throws Exception {
        List<Integer> passed = passed();
        int first = -1;
        for (int descriptor : List.copyOf(passed)) {
            String file = Descriptors.file(descriptor);
            first = file.startsWith("/memfd:first") ? descriptor : first;
            if (file.startsWith("/memfd:second")) {
                passed.remove((Integer) descriptor);
                Copies.close(descriptor);
            }
        }
        Baton baton = received(passed, System.nanoTime()).orElseThrow();
        assertEquals(List.of(), baton.arrival().sources());
        assertFalse(isOpen(first));
        assertEquals(TUNNELS, baton.arrival().inheritance().tunnels().size());
        for (SocketChannel tunnel : baton.arrival().inheritance().tunnels()) {
            tunnel.close();
        }
        baton.arrival().inheritance().listener().close();
    }

    @Test
    void shouldLookAtNothingThatWasMeantForAnotherProcess() throws IOException {
        assertTrue(DescriptorStore.received(Map.of()).isEmpty());
        assertTrue(DescriptorStore.received(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "9", "LISTEN_FDNAMES", "intercept"))
                .isEmpty());
        String pid = Long.toString(ProcessHandle.current().pid());
        assertTrue(
                DescriptorStore.received(Map.of("LISTEN_PID", pid, "LISTEN_FDS", "2", "LISTEN_FDNAMES", "web:unknown"))
                        .isEmpty());
    }
}
