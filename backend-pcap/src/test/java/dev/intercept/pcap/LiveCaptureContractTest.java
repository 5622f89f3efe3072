package dev.intercept.pcap;

import dev.intercept.kit.BackendFixture;
import dev.intercept.kit.CaptureBackendContract;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.spi.CaptureBackend;
import java.util.Optional;

/**
 * The contract of capture backends, kept by capture on a real device. A capture file cannot be under it: its packets are there
 * before it is opened, and without packets it is at its end. {@link FileReplayTest} has the rules that apply.
 */
class LiveCaptureContractTest extends CaptureBackendContract {

    @Override
    protected BackendFixture newFixture() throws Exception {
        return new VethFixture();
    }

    /** Packets come out of the target's device and in at the wire's, where they are captured. */
    private static final class VethFixture implements BackendFixture {
        private final NetworkNamespace namespace = NetworkNamespace.withTestNetwork();
        private final RawSocket socket = namespace.call(RawSocket::new);

        private VethFixture() throws Exception {}

        @Override
        public CaptureBackend open() throws Exception {
            return namespace
                    .call(() -> Backends.open("--interface", TestNetwork.WIRE_DEVICE, "--filter", "tcp"))
                    .get(0);
        }

        @Override
        public void inject(byte[] packet) throws Exception {
            socket.send(packet);
        }

        @Override
        public Optional<byte[]> accepted(int timeoutMs) {
            throw new AssertionError("never asked of a backend that only observes");
        }

        @Override
        public void close() {
            socket.close();
            namespace.close();
        }
    }
}
