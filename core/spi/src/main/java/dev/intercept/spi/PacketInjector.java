package dev.intercept.spi;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings packets to a backend that is open in another process, from where it takes them. One thread uses it. */
public interface PacketInjector extends AutoCloseable {

    /** @param packet an IPv4 packet from position to limit, big-endian; valid only during the call */
    void inject(ByteBuffer packet) throws IOException;

    @Override
    void close() throws IOException;
}
