package dev.intercept.kit;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Sees the IPv4 packets that arrive at one device, packet(7), from the moment it is opened. Needs CAP_NET_RAW. On {@link
 * TestNetwork#WIRE_DEVICE} it sees what escaped.
 */
public final class PacketSocket implements AutoCloseable {

    private static final int MAX_PACKET_BYTES = 65536;
    private static final int RECEIVE_BUFFER_BYTES = 16 << 20;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int EINTR = 4;

    private final int fd;
    private final byte[] packet = new byte[MAX_PACKET_BYTES];

    /** Watches a device in the network namespace of the calling thread. */
    public PacketSocket(String device) throws IOException {
        int opened = -1;
        try {
            int index = KitLibc.if_nametoindex(device);
            // Protocol 0 at first: nothing is taken from other devices before bind has named this one.
            opened = KitLibc.socket(KitLibc.AF_PACKET, KitLibc.SOCK_DGRAM | KitLibc.SOCK_CLOEXEC, 0);
            KitLibc.bind(opened, linkAddress(index), SOCKADDR_LL_BYTES);
        } catch (LastErrorException e) {
            if (opened >= 0) {
                KitLibc.close(opened);
            }
            throw KitLibc.failure("watching device " + device, e);
        }
        fd = opened;
        KitLibc.enlargeBuffer(fd, KitLibc.SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
    }

    /** struct sockaddr_ll, linux/if_packet.h: family, protocol (big-endian), device index, and what the kernel fills in. */
    private static byte[] linkAddress(int deviceIndex) {
        ByteBuffer address = ByteBuffer.allocate(SOCKADDR_LL_BYTES).order(ByteOrder.nativeOrder());
        address.putShort((short) KitLibc.AF_PACKET);
        address.order(ByteOrder.BIG_ENDIAN).putShort((short) KitLibc.ETH_P_IP);
        address.order(ByteOrder.nativeOrder()).putInt(deviceIndex);
        return address.array();
    }

    /**
     * The next packet from its IP header on, or empty when none arrives within {@code timeoutMs} milliseconds.
     *
     * @throws IOException when the device went away
     */
    public Optional<byte[]> poll(int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        while (true) {
            try {
                long leftMs = Math.max(0, (deadlineNs - System.nanoTime() + 999_999) / 1_000_000);
                if (KitLibc.poll(pollIn(), 1, (int) leftMs) == 0) {
                    return Optional.empty();
                }
                int bytes = (int) KitLibc.recv(fd, packet, packet.length, KitLibc.MSG_DONTWAIT);
                return Optional.of(Arrays.copyOf(packet, bytes));
            } catch (LastErrorException e) {
                if (e.getErrorCode() != EINTR) {
                    throw KitLibc.failure("receiving from a packet socket", e);
                }
            }
        }
    }

    private byte[] pollIn() {
        ByteBuffer pollfd = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        return pollfd.putInt(fd).putShort(KitLibc.POLLIN).array();
    }

    @Override
    public void close() {
        KitLibc.close(fd);
    }
}
