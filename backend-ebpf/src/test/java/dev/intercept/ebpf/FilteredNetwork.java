package dev.intercept.ebpf;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A private network namespace whose target's answers from port 8080 a program stops, and what gets past it. */
final class FilteredNetwork implements BackendFixture {

    private final NetworkNamespace namespace = NetworkNamespace.withTestNetwork();
    private final RawSocket raw;
    private final PacketSocket wire;

    FilteredNetwork() throws Exception {
        raw = namespace.call(RawSocket::new);
        wire = namespace.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    /** Runs a command, its words separated by blanks, inside; a tilde stands for a blank in a word. */
    String exec(String command) throws Exception {
        String[] words = command.split(" ");
        Arrays.setAll(words, i -> words[i].replace('~', ' '));
        return namespace.exec(words);
    }

    @Override
    public CaptureBackend open() throws Exception {
        return open(Map.of()).get(0);
    }

    /** Runs for a moment; its filters stay. */
    void serve() throws Exception {
        try (CaptureBackend backend = open()) {
            backend.poll(packet -> Verdict.DROP, 1, 0);
        }
    }

    /** With port 8080 unless another is given. */
    List<CaptureBackend> open(Map<String, String> options) throws Exception {
        return namespace.call(() -> Capture.open(settings(options)));
    }

    static EbpfSettings settings(Map<String, String> options) throws BackendException {
        Map<String, String> given = new HashMap<>(Map.of(EbpfSettings.PORTS, "8080"));
        given.putAll(options);
        return EbpfSettings.from(new BackendOptions(EbpfSettings.OPTIONS, given));
    }

    @Override
    public void inject(byte[] packet) throws IOException {
        raw.send(packet);
    }

    /** The next packet that got past, or empty when none does in time. */
    Optional<byte[]> escaped(int timeoutMs) throws IOException {
        return wire.poll(timeoutMs);
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws IOException {
        return escaped(timeoutMs);
    }

    @Override
    public void close() {
        raw.close();
        wire.close();
        namespace.close();
    }
}
