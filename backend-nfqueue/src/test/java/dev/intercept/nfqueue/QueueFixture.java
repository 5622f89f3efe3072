package dev.intercept.nfqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.RuledNetwork;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The real kernel's queue in a private network namespace, with a rule that queues what leaves the target's port 8080. */
final class QueueFixture implements BackendFixture {

    private final RuledNetwork network;

    /** With the rule for queue 0. */
    QueueFixture() throws Exception {
        this("--queue-num", "0");
    }

    /** @param target what follows {@code -j NFQUEUE} in the rule */
    QueueFixture(String... target) throws Exception {
        network = new RuledNetwork("-j NFQUEUE " + String.join(" ", target));
    }

    NetworkNamespace namespace() {
        return network.namespace();
    }

    @Override
    public CaptureBackend open() throws Exception {
        return open(new JnaSystemCalls(), Map.of());
    }

    /** Opens the first queue of {@code --queue} over these system calls. */
    NfqueueBackend open(JnaSystemCalls calls, Map<String, String> options) throws Exception {
        QueueSettings settings = settings(options);
        return namespace().call(() -> new QueueOpener(calls, settings, settings.firstQueue()).open());
    }

    static QueueSettings settings(Map<String, String> options) throws BackendException {
        return QueueSettings.from(new BackendOptions(QueueSettings.OPTIONS, options));
    }

    @Override
    public void inject(byte[] packet) throws IOException {
        network.inject(packet);
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws IOException {
        return network.escaped(timeoutMs);
    }

    @Override
    public void close() {
        network.close();
    }
}
