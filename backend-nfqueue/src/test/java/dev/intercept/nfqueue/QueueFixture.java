package dev.intercept.nfqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.nfnetlink.SystemCalls;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The real kernel's queue in a private network namespace, with a rule that queues what leaves the target's port 8080. */
final class QueueFixture implements BackendFixture {

    private final NetworkNamespace namespace;
    private final RawSocket raw;
    private final PacketSocket wire;

    /** With the rule for queue 0. */
    QueueFixture() throws Exception {
        this("--queue-num", "0");
    }

    /** @param target what follows {@code -j NFQUEUE} in the rule */
    QueueFixture(String... target) throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
        String[] rule = "iptables -w -I OUTPUT -p tcp --sport 8080 -j NFQUEUE".split(" ");
        String[] command = Arrays.copyOf(rule, rule.length + target.length);
        System.arraycopy(target, 0, command, rule.length, target.length);
        namespace.exec(command);
        raw = namespace.call(RawSocket::new);
        wire = namespace.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    @Override
    public CaptureBackend open() throws Exception {
        return open(new SystemCalls(), Map.of());
    }

    /** Opens the first queue of {@code --queue} over these system calls. */
    NfqueueBackend open(SystemCalls calls, Map<String, String> options) throws Exception {
        QueueSettings settings = settings(options);
        return namespace.call(() -> new QueueOpener(calls, settings, settings.firstQueue()).open());
    }

    static QueueSettings settings(Map<String, String> options) throws BackendException {
        return QueueSettings.from(new BackendOptions(QueueSettings.OPTIONS, options));
    }

    @Override
    public void inject(byte[] packet) throws Exception {
        try {
            raw.send(packet);
        } catch (IOException e) {
            // A queue that is full or taken by nobody drops at once, and a raw socket is told so.
            if (!e.getMessage().contains("Operation not permitted")) {
                throw e;
            }
        }
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws IOException {
        return wire.poll(timeoutMs);
    }

    @Override
    public void close() {
        raw.close();
        wire.close();
        namespace.close();
    }
}
