package dev.intercept.bench;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.Counters;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.MessageBuffer;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.Sink;
import dev.intercept.tcpcopy.TunnelFormat;
import dev.intercept.tcpcopy.TunnelMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The steps of the packet path, one by one; run it with {@code -prof gc} for what each allocates. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketPathBenchmark {

    private static final int SESSIONS = 10_000;
    private static final int CLIENT = 0xc000_0201;
    private static final int FIRST_PORT = 10_000;
    private static final int TARGET = 0xc633_6401;
    private static final int TARGET_PORT = 8080;
    private static final int BATCH = 64;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int DRAIN_BYTES = 64 * 1024;

    private static final Outlet NOWHERE = new Outlet() {
        @Override
        public boolean forward(ResponsePacket response) {
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    };

    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, new Counters());
    private final ByteBuffer packet = ByteBuffer.allocateDirect(128);
    private final ResponsePacket response = new ResponsePacket();
    private final MessageBuffer messages = new MessageBuffer(
            TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS), BUFFER_BYTES, new TunnelMemory(BUFFER_BYTES));
    private final ByteBuffer drained = ByteBuffer.allocateDirect(DRAIN_BYTES);
    private SocketChannel tunnel;
    private SocketChannel client;
    private int next;

    @Setup
    public void prepare() throws IOException {
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(CLIENT, FIRST_PORT + i, TARGET, TARGET_PORT, NOWHERE, 1);
        }
        packet.put(0, (byte) 0x45).putShort(2, (short) 1500).put(9, (byte) 6);
        packet.putInt(12, TARGET).putInt(16, CLIENT);
        packet.putShort(20, (short) TARGET_PORT).putShort(22, (short) FIRST_PORT);
        packet.put(32, (byte) 0x80).put(33, (byte) 0x10);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(server.getLocalAddress());
            tunnel = server.accept();
        }
        client.configureBlocking(false);
        tunnel.configureBlocking(false);
    }

    @TearDown
    public void close() throws IOException {
        client.close();
        tunnel.close();
    }

    @Benchmark
    public ResponsePacket.Kind parse() {
        return response.wrap(packet);
    }

    @Benchmark
    public Outlet lookUp() {
        next = (next + 1) % SESSIONS;
        return sessions.find(CLIENT, FIRST_PORT + next, TARGET, TARGET_PORT, 1);
    }

    /** A packet's share of a batch that is appended and taken away. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int append() throws IOException {
        response.wrap(packet);
        for (int i = 0; i < BATCH; i++) {
            messages.append(response);
        }
        return messages.writeTo(Sink.INSTANCE);
    }

    /** A packet's share of a batch that is appended, written to a socket and read at its other end. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int flush() throws IOException {
        response.wrap(packet);
        for (int i = 0; i < BATCH; i++) {
            messages.append(response);
        }
        int written = messages.writeTo(tunnel);
        return written + client.read(drained.clear());
    }
}
