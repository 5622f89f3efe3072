package dev.intercept.ipqueue;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The real kernel behind a bridge: a private namespace with the man page's own rule, {@code -j QUEUE}. */
final class BridgeFixture implements BackendFixture {

    private final NetworkNamespace namespace;
    private final NfqueueBridge bridge;
    private final RawSocket raw;
    private final PacketSocket wire;

    BridgeFixture(Path proc) throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
        namespace.exec("iptables-legacy -w -I OUTPUT -p tcp --sport 8080 -j QUEUE".split(" "));
        bridge = namespace.call(() -> NfqueueBridge.start(proc));
        raw = namespace.call(RawSocket::new);
        wire = namespace.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE));
    }

    NfqueueBridge bridge() {
        return bridge;
    }

    @Override
    public CaptureBackend open() throws Exception {
        return namespace.call(() -> IpQueueBackend.open(new JnrSystemCalls(), bridge.endpoint(), 128));
    }

    @Override
    public void inject(byte[] packet) throws Exception {
        try {
            raw.send(packet);
        } catch (IOException e) {
            // A packet that the queue drops at once: a raw socket gets an error for it.
            if (!e.getMessage().contains("Operation not permitted")) {
                throw e;
            }
        }
    }

    @Override
    public Optional<byte[]> accepted(int timeoutMs) throws IOException {
        Optional<byte[]> packet = wire.poll(timeoutMs);
        bridge.publish();
        return packet;
    }

    @Override
    public void close() {
        bridge.close();
        raw.close();
        wire.close();
        namespace.close();
    }
}
