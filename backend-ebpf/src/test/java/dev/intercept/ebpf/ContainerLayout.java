package dev.intercept.ebpf;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A container with a server on port 8080, whose host forwards for it.
 *
 * <pre>
 *   clients ◄── target0, host 198.51.100.1, veth0 10.8.0.1 ──── eth0 10.8.0.2, container
 * </pre>
 */
final class ContainerLayout {

    private ContainerLayout() {}

    /** The host translates: its port 80 is the container's 8080. */
    static void layOut(FilteredNetwork host, NetworkNamespace container) throws Exception {
        join(host, container);
        host.exec(
                "iptables -w -t nat -A OUTPUT -p tcp -d 198.51.100.1 --dport 80 -j DNAT --to-destination 10.8.0.2:8080");
        container.call(() -> new ServerSocket(8080));
    }

    /** The container translates itself: its port 80 is its 8080. */
    static void layOutSelfTranslating(FilteredNetwork host, NetworkNamespace container) throws Exception {
        join(host, container);
        container.exec("iptables -w -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080".split(" "));
        container.call(() -> new ServerSocket(8080));
    }

    /** What leaves veth0 goes to the container, and to nobody else. */
    static void join(FilteredNetwork host, NetworkNamespace container) throws Exception {
        Path thread = container.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")));
        host.exec("ip link add veth0 type veth peer name eth0 netns " + thread.getFileName());
        host.exec("ip address add 10.8.0.1/24 dev veth0");
        host.exec("ip link set veth0 up");
        host.exec("sysctl -qw net.ipv4.ip_forward=1");
        container.exec("ip", "address", "add", "10.8.0.2/24", "dev", "eth0");
        container.exec("ip", "link", "set", "eth0", "up");
        container.exec("ip", "route", "add", "default", "via", "10.8.0.1");
    }

    /** A client's SYN to the address that clients know. */
    static void connect(FilteredNetwork host) throws Exception {
        connectTo(host, "198.51.100.1", 80);
    }

    static void connectTo(FilteredNetwork host, String address, int port) throws Exception {
        host.inject(new PacketBuilder()
                .from("192.0.2.1", 40000)
                .to(address, port)
                .flags(PacketBuilder.SYN)
                .build());
    }

    /** {@code "10.8.0.2:8080"} */
    static String source(byte[] packet) throws Exception {
        byte[] address = Arrays.copyOfRange(packet, 12, 16);
        int port = ByteBuffer.wrap(packet).getShort((packet[0] & 0x0f) * 4) & 0xffff;
        return InetAddress.getByAddress(address).getHostAddress() + ":" + port;
    }
}
