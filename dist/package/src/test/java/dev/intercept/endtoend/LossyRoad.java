package dev.intercept.endtoend;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A server's network and its clients', and a host between them that does not forward: this program does, each packet after a delay, and
 * loses one in so many. It notes when it first sees what the server sends.
 */
final class LossyRoad implements AutoCloseable {

    static final String SERVER = "198.51.100.1";
    static final String CLIENT = "192.0.2.1";

    private static final int TCP = 6;
    private static final int TCP_CHECKSUM_OFFSET = 16;
    private static final int SYN_ACK = 0x12;

    final NetworkNamespace server = new NetworkNamespace();
    final NetworkNamespace clients = new NetworkNamespace();

    /** By the client's port: the SYN/ACK, the acknowledgement of the request, and the first data. */
    final Map<Integer, Long> synAckSeenNs = new ConcurrentHashMap<>();

    final Map<Integer, Long> requestAckedNs = new ConcurrentHashMap<>();
    final Map<Integer, Long> dataSeenNs = new ConcurrentHashMap<>();
    private final NetworkNamespace middle = new NetworkNamespace();
    private final long delayNs;
    private final double lost;
    private volatile boolean isOpen = true;
    private final Thread toClients;
    private final Thread toServer;

    /** @param lost the part of packets that gets lost, by the same chance in each run */
    LossyRoad(int delayMs, double lost) throws Exception {
        this.delayNs = TimeUnit.MILLISECONDS.toNanos(delayMs);
        this.lost = lost;
        connect(server, "s0", SERVER, "m0", "198.51.100.2");
        connect(clients, "c0", CLIENT, "m1", "192.0.2.2");
        toClients = forward("m0", 1);
        toServer = forward("m1", 2);
    }

    /** Segments leave one by one, as on a wire: nothing behind this program would cut them. */
    private void connect(NetworkNamespace end, String device, String address, String peer, String router)
            throws Exception {
        String thread = end.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
        middle.exec(
                "sh",
                "-c",
                "ip link add " + peer + " type veth peer name " + device + " netns " + thread
                        + " && ip address add " + router + "/24 dev " + peer + " && ip link set " + peer + " up"
                        + " && sysctl -qw net.ipv4.ip_forward=0");
        end.exec(
                "sh",
                "-c",
                "ip address add " + address + "/24 dev " + device + " && ip link set " + device
                        + " gso_max_segs 1 up && ip route add default via " + router);
    }

    private Thread forward(String device, int seed) throws Exception {
        PacketSocket from = middle.call(() -> new PacketSocket(device));
        RawSocket to = middle.call(RawSocket::new);
        Thread thread = new Thread(
                () -> {
                    try (from;
                            to) {
                        forward(from, to, new Random(seed));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                "road from " + device);
        thread.start();
        return thread;
    }

    private record Travelling(long arrivesNs, byte[] packet) {}

    private void forward(PacketSocket from, RawSocket to, Random chance) throws IOException {
        ArrayDeque<Travelling> road = new ArrayDeque<>();
        while (isOpen) {
            long nowNs = System.nanoTime();
            while (!road.isEmpty() && road.peek().arrivesNs <= nowNs) {
                to.send(withChecksum(road.remove().packet));
            }
            long waitNs = road.isEmpty() ? delayNs : Math.max(0, road.peek().arrivesNs - nowNs);
            Optional<byte[]> packet = from.poll((int) TimeUnit.NANOSECONDS.toMillis(waitNs + 999_999));
            if (packet.isPresent()) {
                note(packet.get(), System.nanoTime());
                if (chance.nextDouble() >= lost) {
                    road.add(new Travelling(System.nanoTime() + delayNs, packet.get()));
                }
            }
        }
    }

    private void note(byte[] packet, long nowNs) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if (packet[9] != TCP || Short.toUnsignedInt(bytes.getShort(20)) != WebServer.PORT) {
            return;
        }
        int client = Short.toUnsignedInt(bytes.getShort(22));
        boolean hasData = packet.length > 20 + (packet[32] >> 4 & 0xf) * 4;
        if (packet[33] == SYN_ACK) {
            synAckSeenNs.putIfAbsent(client, nowNs);
        } else if (hasData) {
            dataSeenNs.putIfAbsent(client, nowNs);
        } else {
            requestAckedNs.putIfAbsent(client, nowNs);
        }
    }

    /** The sender's kernel left it to a device that this one does not have. RFC 9293, 3.1. */
    private static byte[] withChecksum(byte[] packet) {
        if (packet[9] != TCP) {
            return packet;
        }
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        int header = (packet[0] & 0xf) * 4;
        bytes.putShort(header + TCP_CHECKSUM_OFFSET, (short) 0);
        long sum = TCP + packet.length - header;
        for (int i = 12; i < 20; i += 2) {
            sum += Short.toUnsignedInt(bytes.getShort(i));
        }
        for (int i = header; i < packet.length; i++) {
            sum += (packet[i] & 0xff) << ((i - header) % 2 == 0 ? Byte.SIZE : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> Short.SIZE);
        }
        return bytes.putShort(header + TCP_CHECKSUM_OFFSET, (short) ~sum).array();
    }

    @Override
    public void close() {
        isOpen = false;
        for (Thread thread : new Thread[] {toClients, toServer}) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        server.close();
        clients.close();
        middle.close();
    }
}
