package dev.intercept.ipqueue;

import dev.intercept.spi.CaptureBackendProvider;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The backend {@code ipqueue} over a bridge from queue 0 of a kernel without ip_queue, for tests of other modules. */
public final class BridgedIpQueue implements Closeable {

    private final Path proc;
    private final NfqueueBridge bridge;

    private BridgedIpQueue(Path proc, NfqueueBridge bridge) {
        this.proc = proc;
        this.bridge = bridge;
    }

    /** In the network namespace of the calling thread. */
    public static BridgedIpQueue start() throws Exception {
        Path proc = Files.createTempDirectory("ip_queue-proc");
        return new BridgedIpQueue(proc, NfqueueBridge.start(proc));
    }

    public CaptureBackendProvider provider() {
        return new IpQueueProvider(bridge.endpoint());
    }

    /** For {@code INTERCEPT_JAVA_OPTS} of an installed program. */
    public String javaOptions() {
        return BridgeMain.properties(bridge.endpoint());
    }

    @Override
    public void close() throws IOException {
        bridge.close();
        try (Stream<Path> files = Files.walk(proc)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
