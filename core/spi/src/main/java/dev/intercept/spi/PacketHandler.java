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

    /**
     * As {@link #onPacket(ByteBuffer)}, from a backend that knows the packet's length, which the packet's own header may not
     * give: IPv4 segments above 64 KiB (BIG TCP), and others that a device is still to cut, have total length 0.
     *
     * <p>A handler that passes packets on to another should overrule this one too; by default the length is forgotten.
     *
     * @param lengthBytes of the whole IP packet, captured or not; 0 when this packet's is not known
     * @since 1, added later: a backend built before it calls the other
     */
    default Verdict onPacket(ByteBuffer packet, int lengthBytes) {
        return onPacket(packet);
    }

    /**
     * As {@link #onPacket(ByteBuffer, int)}, from a backend that sees requests too and knows the time from the last byte of one
     * to this packet, which has the first data behind it.
     *
     * <p>A handler that passes packets on to another should overrule this one too; by default the delay is forgotten.
     *
     * @param firstByteDelayNs in nanoseconds; 0 when this packet has none
     * @since 2, added later: a backend built before it calls another
     */
    default Verdict onPacket(ByteBuffer packet, int lengthBytes, long firstByteDelayNs) {
        return onPacket(packet, lengthBytes);
    }
}
