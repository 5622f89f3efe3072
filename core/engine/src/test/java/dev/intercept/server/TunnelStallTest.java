package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tunnel over a real socket that takes no more, the clock moved by hand. */
class TunnelStallTest {

    private static final int BUFFER_BYTES = 32 << 20;
    private static final int PATIENCE_MS = 60_000;

    private final AtomicLong nowNs = new AtomicLong();
    private final Counters counters = new Counters();
    private final ResponsePacket response = new ResponsePacket();
    private Selector selector;
    private SelectionKey key;
    private SocketChannel peer;
    private SocketChannel channel;
    private Tunnel tunnel;

    @BeforeEach
    void connect() throws IOException {
        selector = Selector.open();
        try (ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            peer = SocketChannel.open(listening.getLocalAddress());
            channel = listening.accept();
        }
        channel.configureBlocking(false);
        tunnel = new Tunnel(1, channel, "127.0.0.1:1", BUFFER_BYTES, new TunnelMemory(2L * BUFFER_BYTES), nowNs::get);
        tunnel.opened(TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS));
        key = channel.register(selector, SelectionKey.OP_READ);
        tunnel.registered(key);
        response.wrap(new PacketBuilder().toBuffer());
    }

    @AfterEach
    void close() throws IOException {
        tunnel.close();
        peer.close();
        selector.close();
    }

    private void fillUntilItStalls() {
        while ((key.interestOps() & SelectionKey.OP_WRITE) == 0) {
            assertTrue(tunnel.forward(response));
            tunnel.flush(counters);
        }
    }

    /** More than the server thread writes at once, so that something is left whatever the socket takes. */
    private void fillTheBacklog() {
        while (tunnel.pendingBytes() < BUFFER_BYTES / 2) {
            assertTrue(tunnel.forward(response));
        }
    }

    private void readUntilWritable() throws IOException {
        ByteBuffer read = ByteBuffer.allocate(1 << 20);
        while (selector.selectNow() == 0 || !key.isWritable()) {
            peer.read(read.clear());
        }
        selector.selectedKeys().clear();
    }

    /** A select in progress does not see by itself that there is something more to wait for. */
    @Test
    void shouldWakeTheServerThreadWhenTheSocketTakesNoMore() throws Exception {
        Thread server = new Thread(() -> {
            try {
                selector.select();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        server.start();
        fillUntilItStalls();
        server.join(PATIENCE_MS);
        assertFalse(server.isAlive());
    }

    @Test
    void shouldCountTheStallFromTheLastTimeThatTheSocketTookSomething() throws IOException {
        fillUntilItStalls();
        fillTheBacklog();
        nowNs.set(TimeUnit.SECONDS.toNanos(10));
        assertEquals(TimeUnit.SECONDS.toNanos(10), tunnel.stalledNs(nowNs.get()));
        readUntilWritable();
        long writtenBefore = tunnel.written();
        tunnel.writeOn(counters);
        assertTrue(tunnel.written() > writtenBefore);
        assertTrue(tunnel.pendingBytes() > 0);
        assertEquals(TimeUnit.SECONDS.toNanos(5), tunnel.stalledNs(TimeUnit.SECONDS.toNanos(15)));
    }

    @Test
    void shouldGoOnCountingWhileTheSocketTakesNothing() {
        fillUntilItStalls();
        nowNs.set(TimeUnit.SECONDS.toNanos(10));
        tunnel.writeOn(counters);
        assertEquals(TimeUnit.SECONDS.toNanos(15), tunnel.stalledNs(TimeUnit.SECONDS.toNanos(15)));
    }
}
