package dev.intercept.selftest;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches with packet sockets where the target's answers go, from before the rule is there to the end.
 *
 * <pre>
 *   target0 ─────────► wire0   answers that left the target: all of them where nothing stops them, else none
 *   target0 ◄───────── wire0   a client that answered: it was reached
 *   lo                         answers that went another way than the clients' route
 * </pre>
 */
final class EscapeWatch implements AutoCloseable {

    private static final int POLL_MS = 200;

    /** What was seen at one device. */
    private static final class Watcher extends Thread {
        private final PacketSocket socket;
        private final boolean wantsAnswers;
        private final AtomicLong packets = new AtomicLong();
        private volatile boolean stopped;
        private volatile @Nullable IOException failure;

        /** @param wantsAnswers counts packets of the target to clients; else packets of clients to the target */
        Watcher(String device, boolean wantsAnswers) throws IOException {
            super("watch " + device);
            this.wantsAnswers = wantsAnswers;
            socket = new PacketSocket(device);
            setDaemon(true);
        }

        @Override
        public void run() {
            try (socket) {
                Optional<byte[]> packet = socket.poll(POLL_MS);
                while (packet.isPresent() || !stopped) {
                    packet.filter(this::counts).ifPresent(counted -> packets.incrementAndGet());
                    packet = socket.poll(stopped ? 0 : POLL_MS);
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        private boolean counts(byte[] bytes) {
            ResponsePacket packet = new ResponsePacket();
            if (packet.wrap(ByteBuffer.wrap(bytes)) != ResponsePacket.Kind.TCP) {
                return false;
            }
            int source = packet.sourceAddress();
            int destination = packet.destinationAddress();
            return wantsAnswers ? source == TARGET && isClient(destination) : isClient(source) && destination == TARGET;
        }
    }

    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);
    private static final int CLIENTS = PacketBuilder.address(TestNetwork.client(0));
    private static final int CLIENTS_MASK = 0xffffff00;

    private final Watcher leaving;
    private final Watcher comingBack;
    private final Watcher astray;
    private final List<Watcher> all;

    /** Watches the network of {@link TestNetwork} from now on. */
    EscapeWatch() throws IOException {
        leaving = new Watcher(TestNetwork.WIRE_DEVICE, true);
        comingBack = new Watcher(TestNetwork.TARGET_DEVICE, false);
        astray = new Watcher("lo", true);
        all = List.of(leaving, comingBack, astray);
        all.forEach(Thread::start);
    }

    private static boolean isClient(int address) {
        return (address & CLIENTS_MASK) == CLIENTS;
    }

    /** What was seen up to now. */
    Escapes escapes() {
        return new Escapes(leaving.packets.get(), comingBack.packets.get(), astray.packets.get());
    }

    /**
     * Ends the watch after every packet that has arrived was counted.
     *
     * @throws IOException when a watch had broken: its count says nothing
     */
    Escapes finish() throws IOException, InterruptedException {
        close();
        List<String> broken = new ArrayList<>();
        for (Watcher watcher : all) {
            watcher.join();
            IOException failure = watcher.failure;
            if (failure != null) {
                broken.add(watcher.getName() + ": " + failure.getMessage());
            }
        }
        if (!broken.isEmpty()) {
            throw new IOException(String.join("; ", broken));
        }
        return escapes();
    }

    @Override
    public void close() {
        all.forEach(watcher -> watcher.stopped = true);
    }
}
