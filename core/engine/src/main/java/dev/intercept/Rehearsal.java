package dev.intercept;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.capture.AddressTranslation;
import dev.intercept.capture.CaptureLoop;
import dev.intercept.capture.Interceptor;
import dev.intercept.capture.PassList;
import dev.intercept.server.ClientProtocols;
import dev.intercept.server.ServerLimits;
import dev.intercept.server.TunnelServer;
import dev.intercept.session.Readers;
import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.ResourceBundle;

/**
 * Takes made-up sessions of every generation through a capture loop and a server of its own, from the client's record to the
 * path of a header back, before the first real one comes.
 *
 * <p>A class is loaded when it is first used, which for the whole path of a packet takes tens of milliseconds. Without this the
 * first sessions after a start would wait so long for their route that their responses were dropped as {@code no_route}. With
 * many packets it is also what the archive of classes learns from: which methods are worth compiling, and how.
 *
 * <p>What it does stays inside this process: a port on loopback that nobody knows, sessions and counters of its own, no log.
 */
public final class Rehearsal {

    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());
    private static final int CLIENT = 0xc0000201;
    private static final int TARGET = 0xc6336401;
    private static final int TARGET_PORT = 8080;

    /** A start's, of each generation. Classes are loaded by the first; what is left to the compiler would make it longer. */
    static final int PACKETS = 16;

    /** Of each generation: enough for the optimising compiler to have taken the whole way. */
    static final int PACKETS_TO_LEARN_FROM = 20_000;

    /** As many as one poll brings at ten thousand packets a second. */
    private static final int BATCH = 8;

    private static final byte ACK = 0x10;
    private static final byte SYN_ACK = 0x12;
    private static final long PATIENCE_NS = 500_000_000L;

    /** Enough for a busy machine; a rehearsal that takes longer goes on beside the real clients. */
    private static final long MAX_WAIT_MS = 3000;

    private final Counters counters = new Counters();
    private final RateLimitedLog log = new RateLimitedLog(new Silence(), System::nanoTime);
    private final SessionTable sessions = new SessionTable(SessionLimits.of(256, 256, 16, 10), counters);
    private final Interceptor interceptor = new Interceptor(
            new PassList(List.of()),
            sessions,
            UnroutedResponses.NOBODY,
            AddressTranslation.NONE,
            new Counters(),
            log,
            new AnswerMeter(new Sampling(), System::nanoTime),
            nowS());
    private final ByteBuffer records = ByteBuffer.allocateDirect(64);

    private final ClientProtocols protocol;
    private final int packets;
    private final Thread thread;

    private int clientPort = 10000;

    private Rehearsal(ClientProtocols protocol, int packets) {
        this.protocol = protocol;
        this.packets = packets;
        thread = new Thread(this::run, "rehearsal");
        thread.setDaemon(true);
    }

    /** Takes many packets of each generation along the path, for the Java runtime to learn from. Needs no privilege. */
    public static void learn() {
        begin(ClientProtocols.all(ProtocolOptions.DEFAULTS), PACKETS_TO_LEARN_FROM)
                .awaitEnd();
    }

    /**
     * Begins, beside what else a start has to do: it takes some tens of milliseconds. Whatever goes wrong here is no reason
     * not to start.
     *
     * @param protocol as it will be for the real clients: what is never used need not be loaded
     * @param packets of each generation
     */
    static Rehearsal begin(ClientProtocols protocol, int packets) {
        Rehearsal rehearsal = new Rehearsal(protocol, packets);
        rehearsal.thread.start();
        return rehearsal;
    }

    /** Returns when all generations have been played, or after a bounded time. */
    void awaitEnd() {
        try {
            thread.join(MAX_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            rehearse();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "the rehearsal ended early, the first sessions may be slow", e);
        }
    }

    private void rehearse() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        TunnelServer server = TunnelServer.bind(
                anyPort,
                new ServerLimits(16, 64 * 1024, List.of()),
                protocol,
                sessions,
                counters,
                log,
                System::nanoTime);
        Thread serverThread = new Thread(server, "rehearsal server");
        serverThread.setDaemon(true);
        serverThread.start();
        try {
            for (Generation generation : Generation.all()) {
                playClient(generation, server.address());
            }
        } finally {
            server.stop();
        }
    }

    private void playClient(Generation generation, InetSocketAddress server) throws IOException {
        // A client of its own for each, since the tunnel before may still be closing.
        clientPort++;
        interceptor.onPacket(response(SYN_ACK));
        try (SocketChannel client = SocketChannel.open(server)) {
            records.clear();
            if (generation.opens()) {
                generation.encodeOpening(records);
            }
            generation.encodeAdd(records, CLIENT, clientPort, TARGET, TARGET_PORT);
            client.write(records.flip());
            awaitRoute();
            client.configureBlocking(false);
            new CaptureLoop(new Repetition(client), interceptor, Readers.NONE, System::nanoTime, (loop, failure) -> {})
                    .run();
        }
    }

    /** The route is added by the server's thread. */
    private void awaitRoute() {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (sessions.find(CLIENT, clientPort, TARGET, TARGET_PORT, nowS()) == null && System.nanoTime() < endNs) {
            Thread.yield();
        }
    }

    private ByteBuffer response(byte tcpFlags) {
        ByteBuffer packet = ByteBuffer.allocateDirect(40); // As those that come from the kernel.
        packet.put(0, (byte) 0x45).putShort(2, (short) 40).put(9, (byte) 6);
        packet.putInt(12, TARGET).putInt(16, CLIENT);
        packet.putShort(20, (short) TARGET_PORT).putShort(22, (short) clientPort);
        return packet.put(32, (byte) 0x50).put(33, tcpFlags);
    }

    private static int nowS() {
        return SessionClock.seconds(System.nanoTime());
    }

    /** One response again and again. In between the client reads, as a real one does. */
    private final class Repetition implements CaptureBackend {

        private final SocketChannel client;
        private final ByteBuffer received =
                ByteBuffer.allocateDirect(CaptureLoop.BATCH_LIMIT * CaptureLoop.BATCH_LIMIT);
        private final ByteBuffer response = response(ACK);
        private int left = packets;

        Repetition(SocketChannel client) {
            this.client = client;
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            try {
                client.read(received.clear());
            } catch (IOException e) {
                throw new BackendException(BackendException.Kind.REFUSED, e.getMessage(), e);
            }
            int count = Math.min(Math.min(left, BATCH), limit);
            for (int i = 0; i < count; i++) {
                handler.onPacket(response.clear());
            }
            left -= count;
            return count == 0 ? END : count;
        }

        @Override
        public String lane() {
            return "rehearsal";
        }

        @Override
        public boolean issuesVerdicts() {
            return true;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, 0, List.of());
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** Takes every line, so that its text is made, and writes none. */
    private static final class Silence implements Logger {

        @Override
        public String getName() {
            return "rehearsal";
        }

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            // Nobody is to read of sessions that are not real.
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            // Nobody is to read of sessions that are not real.
        }
    }
}
