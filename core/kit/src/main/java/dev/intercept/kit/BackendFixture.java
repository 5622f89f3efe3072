package dev.intercept.kit;

import dev.intercept.spi.CaptureBackend;
import java.io.IOException;
import java.util.Optional;

/** What {@link CaptureBackendContract} needs of the surroundings of one backend: a source of packets and a way out. */
public interface BackendFixture extends AutoCloseable {

    /** Opens the packet source; again after the backend returned before was closed. */
    CaptureBackend open() throws Exception;

    /**
     * Makes one forged IPv4/TCP packet of 40 to 100 bytes reach the open backend, behind those injected before. When it
     * returns, the packet waits in the kernel or is on its way there.
     */
    void inject(byte[] packet) throws Exception;

    /**
     * The next packet that went on after its verdict, from its IP header on, or empty when none does within {@code
     * timeoutMs} milliseconds. Never asked where the backend only observes.
     */
    Optional<byte[]> accepted(int timeoutMs) throws Exception;

    @Override
    void close() throws IOException;
}
