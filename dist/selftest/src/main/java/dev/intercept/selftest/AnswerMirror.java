package dev.intercept.selftest;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.PacketInjector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hands the answers that leave the target to a backend which neither rules nor a device bring them to. */
final class AnswerMirror implements AutoCloseable {

    private static final int POLL_MS = 100;
    private static final int TARGET = PacketBuilder.address(TestNetwork.TARGET);

    private final Optional<PacketInjector> injector;
    private final ResponsePacket packet = new ResponsePacket();
    private @Nullable Thread thread;
    private volatile boolean isStopped;

    /** @param injector empty for a backend that needs no help */
    AnswerMirror(Optional<PacketInjector> injector) {
        this.injector = injector;
    }

    /** From now on; the backend is open. */
    void start() throws IOException {
        if (injector.isPresent()) {
            PacketSocket socket = new PacketSocket(TestNetwork.WIRE_DEVICE);
            Thread mirroring = new Thread(() -> mirror(socket, injector.get()), "mirror answers");
            mirroring.setDaemon(true);
            mirroring.start();
            thread = mirroring;
        }
    }

    private void mirror(PacketSocket socket, PacketInjector sink) {
        try (socket;
                sink) {
            while (!isStopped) {
                Optional<ByteBuffer> answer =
                        socket.poll(POLL_MS).map(ByteBuffer::wrap).filter(this::isAnswer);
                if (answer.isPresent()) {
                    sink.inject(answer.get());
                }
            }
        } catch (IOException e) {
            // The replay stalls and says so; this says why.
            System.getLogger(AnswerMirror.class.getName())
                    .log(System.Logger.Level.ERROR, "an answer could not be brought to the backend: " + e);
        }
    }

    private boolean isAnswer(ByteBuffer bytes) {
        return packet.wrap(bytes) == ResponsePacket.Kind.TCP && packet.sourceAddress() == TARGET;
    }

    @Override
    public void close() throws IOException {
        isStopped = true;
        if (thread != null) {
            join(thread);
        } else if (injector.isPresent()) {
            injector.get().close();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The thread is a daemon and ends with the process.
        }
    }
}
