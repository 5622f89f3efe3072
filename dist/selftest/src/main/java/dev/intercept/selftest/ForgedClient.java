package dev.intercept.selftest;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/** Sends one client's packets to the target as tcpcopy does: through a raw socket, under the client's address. */
final class ForgedClient implements TcpClient.Output {

    /** Maximum segment size 1460, padding, window scale 7: RFC 9293, 3.2, and RFC 7323, 2. */
    private static final byte[] SYN_OPTIONS = {2, 4, 0x05, (byte) 0xb4, 1, 3, 3, 7};

    private static final byte[] NO_OPTIONS = {};

    /** With the scale of 7 almost 8 MiB: the target may fill its GSO packets. */
    private static final int WINDOW = 65535;

    private final RawSocket socket;
    private final String address;
    private final int port;
    private final InetSocketAddress target;

    /** @param address of the client, in numbers */
    ForgedClient(RawSocket socket, String address, int port, InetSocketAddress target) {
        this.socket = socket;
        this.address = address;
        this.port = port;
        this.target = target;
    }

    int address() {
        return PacketBuilder.address(address);
    }

    int port() {
        return port;
    }

    @Override
    public void send(int flags, int sequence, int acknowledgement, byte[] payload) {
        PacketBuilder packet = new PacketBuilder()
                .from(address, port)
                .to(target.getAddress().getHostAddress(), target.getPort())
                .flags(flags)
                .sequence(sequence)
                .acknowledgement(acknowledgement)
                .window(WINDOW)
                .tcpOptions((flags & TcpFlags.SYN) != 0 ? SYN_OPTIONS : NO_OPTIONS)
                .payload(payload);
        try {
            socket.send(packet.build());
        } catch (IOException e) {
            throw new UncheckedIOException("the raw socket refused a packet of client " + this, e);
        }
    }

    @Override
    public String toString() {
        return address + ":" + port;
    }
}
