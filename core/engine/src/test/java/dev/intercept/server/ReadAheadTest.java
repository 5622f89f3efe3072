package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.CaptureLoop;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A server thread that is late, as on a busy machine, and a lane that runs: the records are in the sockets. */
class ReadAheadTest {

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int FIRST = 40000;

    private static final int WARM_UP = 20_000;
    private static final int PACKETS = 20_000;

    /** What the measurement itself takes. */
    private static final int MAX_BYTES = 10_000;

    private int sequence;

    private PacketBuilder synAck(int clientPort) {
        return new PacketBuilder()
                .to(TestNetwork.client(1), clientPort)
                .flags(PacketBuilder.SYN | PacketBuilder.ACK)
                .sequence(++sequence);
    }

    private static Peer opened(Ledger ledger) throws IOException {
        Peer peer = ledger.open(FIRST);
        ledger.sockets.forEach(socket -> socket.hideFrom(ledger.thread));
        return peer;
    }

    /** The server thread has seen that there is something to read, and so has the next thread that looks. */
    private static void announce(Ledger ledger, Peer peer, int clientPort) throws Exception {
        Ledger.add(peer, clientPort);
        ledger.sockets.getLast().awaitMissed();
    }

    /** Where the server thread has the turn, no other looks. */
    private void lookOnce(Ledger ledger) {
        while (ledger.sockets.getLast().readsOfOthers() == 0) {
            ledger.packet(synAck(FIRST + 1));
            ledger.endOfBatch();
        }
    }

    @Test
    void shouldFindTheRouteWhoseRecordTheServerThreadHasNotRead() throws Exception {
        try (Ledger ledger = new Ledger(BUFFER_BYTES, 1)) {
            Peer peer = opened(ledger);
            announce(ledger, peer, FIRST + 1);
            while (ledger.count(Counter.ROUTES_ADDED) < 2) { // The server thread may have the turn, and looks in vain.
                ledger.packet(synAck(FIRST + 1));
                ledger.endOfBatch();
            }
            assertEquals(1, ledger.count(Counter.FORWARDED), ledger.statistics::line);
            int evicted =
                    (int) ledger.count(Counter.PARKED_EVICTED); // The oldest, where the server thread had it for long.
            Ledger.assertSequences(peer, evicted + 1, (int) ledger.count(Counter.UNPARKED) + 1);
            ledger.assertBalances("read ahead");
        }
    }

    @Test
    void shouldLookOnceABatch() throws Exception {
        try (Ledger ledger = new Ledger(BUFFER_BYTES, 1)) {
            opened(ledger);
            FaultyChannel socket = ledger.sockets.getLast();
            while (socket.readsOfOthers() == 0) {
                for (int packet = 0; packet < CaptureLoop.BATCH_LIMIT; packet++) {
                    ledger.packet(synAck(FIRST + 1));
                }
                assertTrue(socket.readsOfOthers() <= 1, "once");
                ledger.endOfBatch();
            }
        }
    }

    @Test
    void shouldLeaveTheEndOfAConnectionToTheServerThread() throws Exception {
        try (Ledger ledger = new Ledger(BUFFER_BYTES, 1)) {
            Peer peer = opened(ledger);
            peer.close();
            ledger.sockets.getLast().awaitMissed();
            lookOnce(ledger);
            assertEquals(0, ledger.count(Counter.TUNNELS_CLOSED), ledger.statistics::line);
            ledger.sockets.getLast().hideFrom(null);
            ledger.await("its line", () -> ledger.lines("closed by tcpcopy").size() == 1);
        }
    }

    @Test
    void shouldHaveTheServerThreadCloseWhatCouldNotBeRead() throws Exception {
        try (Ledger ledger = new Ledger(BUFFER_BYTES, 1)) {
            opened(ledger);
            ledger.sockets.getLast().failRead(new IOException("Connection reset by peer"));
            lookOnce(ledger);
            ledger.pass(1000);
            ledger.await(
                    "its line",
                    () -> ledger.lines("lost: Connection reset by peer").size() == 1);
        }
    }

    @Test
    void shouldReadASilentClientWithoutAllocating() throws Exception {
        try (Ledger ledger = new Ledger(BUFFER_BYTES, 1)) {
            opened(ledger);
            ByteBuffer foreign = synAck(FIRST + 1).toBuffer();
            look(ledger, foreign, WARM_UP);
            long before = allocatedBytes();
            look(ledger, foreign, PACKETS);
            long allocated = allocatedBytes() - before;
            assertTrue(allocated < MAX_BYTES, () -> allocated + " bytes for " + PACKETS + " packets");
        }
    }

    private static void look(Ledger ledger, ByteBuffer packet, int times) {
        for (int i = 0; i < times; i++) {
            ledger.interceptor.onPacket(packet);
            ledger.endOfBatch();
        }
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
