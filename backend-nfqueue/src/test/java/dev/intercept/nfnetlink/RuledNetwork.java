package dev.intercept.nfnetlink;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.util.Optional;

/** A private network namespace with rules about what leaves the target's port 8080, and what gets past them. */
public final class RuledNetwork implements AutoCloseable {

    private static final String MATCH = "iptables -w -A OUTPUT -p tcp --sport 8080 ";

    private final NetworkNamespace namespace;
    private final RawSocket raw;
    private final PacketSocket wire;

    /** @param targets of the rules, in their order: {@code "-j DROP"} */
    public RuledNetwork(String... targets) throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
        for (String target : targets) {
            namespace.exec((MATCH + target).split(" "));
        }
        raw = namespace.call(RawSocket::new);
        wire = namespace.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
    }

    public NetworkNamespace namespace() {
        return namespace;
    }

    /** Sends a packet as the target does. */
    public void inject(byte[] packet) throws IOException {
        try {
            raw.send(packet);
        } catch (IOException e) {
            // A rule that drops at once, as one does for a queue that is full or nobody's, is an error to a raw socket.
            if (!e.getMessage().contains("Operation not permitted")) {
                throw e;
            }
        }
    }

    /** The next packet that got past the rules, or empty when none does within {@code timeoutMs} milliseconds. */
    public Optional<byte[]> escaped(int timeoutMs) throws IOException {
        return wire.poll(timeoutMs);
    }

    @Override
    public void close() {
        raw.close();
        wire.close();
        namespace.close();
    }
}
