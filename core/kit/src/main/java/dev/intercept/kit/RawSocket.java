package dev.intercept.kit;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Sends forged IPv4 packets, raw(7) with IP_HDRINCL, in the network namespace of the thread that opened it. Needs
 * CAP_NET_RAW.
 *
 * <p>The kernel overwrites total length and IP checksum, and fills in an identification of 0; the rest goes out as given.
 * The packets pass through OUTPUT like those of a server on this host.
 */
public final class RawSocket implements AutoCloseable {

    private static final int MIN_BYTES = 20;
    private static final int DESTINATION_OFFSET = 16;
    private static final int SEND_BUFFER_BYTES = 64 << 20;

    private final int fd;

    public RawSocket() throws IOException {
        try {
            fd = KitLibc.socket(KitLibc.AF_INET, KitLibc.SOCK_RAW | KitLibc.SOCK_CLOEXEC, KitLibc.IPPROTO_RAW);
        } catch (LastErrorException e) {
            throw KitLibc.failure("socket(AF_INET, SOCK_RAW, IPPROTO_RAW)", e);
        }
        // A packet that waits for its verdict is charged to its sender: with the default, 277 of them block the next
        // send.
        KitLibc.enlargeBuffer(fd, KitLibc.SO_SNDBUFFORCE, SEND_BUFFER_BYTES);
    }

    /**
     * Sends one packet to the destination in its IP header.
     *
     * @throws IOException when the kernel refuses it. A packet that a queue drops at once counts as sent; one that a
     *     rule drops gives "Operation not permitted".
     */
    public void send(byte[] packet) throws IOException {
        if (packet.length < MIN_BYTES) {
            throw new IOException("a packet of " + packet.length + " bytes has no IPv4 header of " + MIN_BYTES);
        }
        byte[] destination = new byte[16];
        ByteBuffer.wrap(destination).order(ByteOrder.nativeOrder()).putShort((short) KitLibc.AF_INET);
        System.arraycopy(packet, DESTINATION_OFFSET, destination, 4, 4);
        try {
            KitLibc.sendto(fd, packet, packet.length, 0, destination, destination.length);
        } catch (LastErrorException e) {
            String to = Arrays.toString(Arrays.copyOfRange(packet, DESTINATION_OFFSET, MIN_BYTES));
            throw KitLibc.failure("sending " + packet.length + " bytes to " + to, e);
        }
    }

    @Override
    public void close() {
        KitLibc.close(fd);
    }
}
