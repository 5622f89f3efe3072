package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.server.FaultyChannel.Fault;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Writes that fail while the peer is there: the tunnel goes on, or is closed, and one line says which. */
class WriteFaultsTest {

    private static final int PORT = 10000;
    private static final int SEEDS = 1000;
    private static final int TICK_MS = 100;

    @Test
    void shouldGoOnAfterOneFailedWriteAndSayItOnce() throws IOException {
        for (Fault fault : Fault.values()) {
            try (Ledger ledger = new Ledger(1 << 20, 0);
                    Peer tcpcopy = ledger.open(PORT)) {
                ledger.sockets.getFirst().fail(fault, 1);
                ledger.respond(PORT, 0, 3);
                ledger.respond(PORT, 3, 75 - 64);
                ledger.pass(TICK_MS);
                Ledger.assertSequences(tcpcopy, 0, 14);
                ledger.respond(PORT, 14, 1);
                Ledger.assertSequences(tcpcopy, 14, 1);

                assertEquals(0, ledger.count(Counter.TUNNEL_OVERFLOW), fault.name());
                assertEquals(fault.text == null ? 0 : 1, ledger.count(Counter.WRITES_FAILED), fault.name());
                if (fault.text != null) {
                    String line = " goes on after a write that failed: " + fault.text;
                    ledger.await("the line", () -> ledger.lines(line).size() == 1);
                }
                ledger.stop();
                ledger.assertBalances(fault.name());
                assertEquals(15, ledger.count(Counter.MESSAGES_WRITTEN), fault.name());
            }
        }
    }

    @Test
    void shouldCloseATunnelWhoseWritesFailForASecondAndCountWhatWaited() throws IOException {
        try (Ledger ledger = new Ledger(1 << 20, 0);
                Peer tcpcopy = ledger.open(PORT)) {
            ledger.sockets.getFirst().fail(Fault.ENOBUFS, Integer.MAX_VALUE);
            ledger.respond(PORT, 0, 20);
            ledger.await("its end", () -> {
                ledger.pass(TICK_MS);
                return ledger.server.tunnels().isEmpty();
            });
            assertTrue(tcpcopy.isEndedByServer());
            assertEquals(20, ledger.count(Counter.UNSENT_FAILED));
            ledger.await("the line", () -> !ledger.lines(" ended: ").isEmpty());
            List<String> lines = ledger.lines("WARNING tunnel 1 ");
            assertEquals(1, lines.size());
            assertTrue(
                    lines.get(0)
                            .endsWith(
                                    " ended: writing to it failed for 1 s: No buffer space available; 20 headers waited for"
                                            + " it and are lost"),
                    lines.get(0));
            ledger.stop();
            ledger.assertBalances("closed");
        }
    }

    @Test
    void shouldCountAnAnswerForATunnelThatHasEndedAsThatAndNotAsOverflow() throws IOException {
        try (Ledger ledger = new Ledger(1 << 20, 0);
                Peer tcpcopy = ledger.open(PORT)) {
            Tunnel tunnel = ledger.tunnelOf(tcpcopy);
            tunnel.close();
            ledger.respond(PORT, 0, 1);
            assertEquals(1, ledger.count(Counter.TUNNEL_GONE));
            assertEquals(0, ledger.count(Counter.TUNNEL_OVERFLOW));
        }
    }

    /** Without a server's thread, so that every run of a seed is the same. */
    @Test
    void shouldSendEveryHeaderWholeAndInOrderWhateverWritesFail() throws IOException {
        try (Selector selector = Selector.open();
                Pipe.SinkChannel any = Pipe.open().sink()) {
            any.configureBlocking(false);
            SelectionKey key = any.register(selector, 0);
            TunnelMemory memory = new TunnelMemory(1 << 20);
            for (int seed = 0; seed < SEEDS; seed++) {
                run(seed, key, memory);
            }
        }
    }

    private static void run(int seed, SelectionKey key, TunnelMemory memory) throws IOException {
        Random random = new Random(seed);
        AtomicLong nowNs = new AtomicLong();
        Sink sink = new Sink();
        FaultyChannel socket = new FaultyChannel(sink, seed);
        socket.failByChance(random.nextInt(50));
        Counters counters = new Counters();
        Tunnel tunnel = new Tunnel(1, socket, "192.0.2.1:1", 8192, memory, nowNs::get);
        key.interestOps(0);
        tunnel.registered(key);
        tunnel.opened(TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS));
        ByteBuffer packet = new PacketBuilder().toBuffer();
        ResponsePacket response = new ResponsePacket();
        response.wrap(packet);
        int taken = 0;
        for (int step = 0; step < 60; step++) {
            for (int i = random.nextInt(12); i > 0; i--) {
                packet.putInt(Ledger.SEQUENCE_OFFSET, taken);
                taken += tunnel.forward(response) ? 1 : 0;
            }
            tunnel.flush(counters);
            nowNs.addAndGet(random.nextInt(100) * 1_000_000L);
            if (random.nextBoolean() && (key.interestOps() & SelectionKey.OP_WRITE) != 0 || tunnel.failure() != null) {
                tunnel.writeOn(counters);
            }
            assertEquals(taken, tunnel.written() + tunnel.waiting(), "seed " + seed);
            assertTrue(
                    tunnel.waiting() == 0
                            || tunnel.failure() != null
                            || (key.interestOps() & SelectionKey.OP_WRITE) != 0,
                    "seed " + seed + ": headers wait and nobody comes back for them");
        }
        assertEquals(sink.sequencesInOrder(seed), tunnel.written(), "seed " + seed);
        assertEquals(tunnel.written(), counters.get(Counter.MESSAGES_WRITTEN), "seed " + seed);
        assertEquals(taken - tunnel.written(), tunnel.close(), "seed " + seed);
    }

    /** Takes everything. */
    private static final class Sink implements ByteChannel {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            byte[] copy = new byte[count];
            bytes.get(copy);
            taken.writeBytes(copy);
            return count;
        }

        /** Of the messages taken whole, which must be numbered one by one, how many there are. */
        int sequencesInOrder(int seed) {
            ByteBuffer in = ByteBuffer.wrap(taken.toByteArray());
            int sequence = 0;
            while (in.remaining() >= 2) {
                for (int left = in.getShort(); left > 0 && in.remaining() >= Ledger.MESSAGE_BYTES; left--) {
                    assertEquals(sequence++, in.getInt(in.position() + Ledger.SEQUENCE_OFFSET), "seed " + seed);
                    in.position(in.position() + Ledger.MESSAGE_BYTES);
                }
                if (in.remaining() < Ledger.MESSAGE_BYTES) {
                    break;
                }
            }
            return sequence;
        }

        @Override
        public int read(ByteBuffer bytes) {
            return 0;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }
}
