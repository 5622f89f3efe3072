package dev.intercept.spi;

import java.nio.ByteBuffer;

/** Decides the verdict of one captured packet. */
@FunctionalInterface
public interface PacketHandler {
    /**
     * Looks at one packet and returns its verdict.
     *
     * @param packet an IP packet from {@code position()} (the IP version nibble) to {@code limit()} (the last captured
     *     byte; fewer than the IP total length where the backend copies headers only). Big-endian. Valid only during the
     *     call. The handler may move position and limit, and write to the bytes: they are a copy, and what the kernel does
     *     with the packet depends on the verdict alone.
     * @return the verdict; a backend that only observes ignores it
     */
    Verdict onPacket(ByteBuffer packet);
}
