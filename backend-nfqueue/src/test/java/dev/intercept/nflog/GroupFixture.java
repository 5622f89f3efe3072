package dev.intercept.nflog;

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

/** The real kernel's group 0 in a private network namespace, with rules that log and then drop what leaves port 8080. */
final class GroupFixture implements BackendFixture {

    private final RuledNetwork network =
            new RuledNetwork("-j NFLOG --nflog-group 0 --nflog-size 128 --nflog-threshold 64", "-j DROP");

    GroupFixture() throws Exception {}

    NetworkNamespace namespace() {
        return network.namespace();
    }

    @Override
    public CaptureBackend open() throws Exception {
        return open(new JnaSystemCalls(), Map.of());
    }

    NflogBackend open(JnaSystemCalls calls, Map<String, String> options) throws Exception {
        return namespace().call(() -> new GroupOpener(calls, settings(options)).open());
    }

    static GroupSettings settings(Map<String, String> options) throws BackendException {
        return GroupSettings.from(new BackendOptions(GroupSettings.OPTIONS, options));
    }

    @Override
    public void inject(byte[] packet) throws IOException {
        network.inject(packet);
    }

    /** What got past the rules; there must never be any. */
    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws IOException {
        return network.escaped(timeoutMs);
    }

    @Override
    public void close() {
        network.close();
    }
}
