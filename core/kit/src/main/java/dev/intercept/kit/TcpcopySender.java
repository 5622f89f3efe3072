package dev.intercept.kit;

import dev.intercept.tcpcopy.Generation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A test double of how tcpcopy 1.3 sends: a record of 14 bytes with each non-blocking send and TCP_NODELAY, into a send buffer that
 * holds some 92 segments that nobody acknowledged. A tunnel on which 1024 sends in a row find it full, in 1 to 2 ms, is given up.
 *
 * <p>Thread rule: one thread.
 */
public final class TcpcopySender implements AutoCloseable {

    /** The kernel doubles it, socket(7), to the 69,120 bytes that a tcpcopy has. */
    private static final int SEND_BUFFER_BYTES = 34_560;

    private static final int ATTEMPTS = 1024;
    private static final int REHEARSALS = 50;

    /** One connection, and what became of it. */
    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer record = ByteBuffer.allocateDirect(64);
        private boolean isGivenUp;
        private int sent;
        private int refused;
        private int mostRefusedInARow;

        Connection(InetSocketAddress server) throws IOException {
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(server);
            channel.configureBlocking(false);
        }

        /** @return false once the connection is given up */
        boolean send() throws IOException {
            record.flip();
            int inARow = 0;
            while (!isGivenUp && channel.write(record) == 0) {
                isGivenUp = ++inARow == ATTEMPTS;
            }
            record.clear();
            refused += inARow;
            mostRefusedInARow = Math.max(mostRefusedInARow, inARow);
            sent += isGivenUp ? 0 : 1;
            return !isGivenUp;
        }
    }

    private final List<Connection> connections = new ArrayList<>();

    /** Opens the tunnels and says hello on each. */
    public TcpcopySender(InetSocketAddress server, int tunnels) throws IOException {
        for (int i = 0; i < tunnels; i++) {
            Connection connection = new Connection(server);
            connections.add(connection);
            Generation.V1.encodeOpening(connection.record);
            connection.send();
        }
    }

    /** Has the runtime compile the sending, so that a send takes the microsecond that it takes tcpcopy. */
    public static void rehearse() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0)) {
            Connection connection = new Connection((InetSocketAddress) deaf.getLocalSocketAddress());
            while (connection.refused < REHEARSALS * ATTEMPTS) {
                Generation.V1.encodeAdd(connection.record, 1, 1, 1, 1);
                connection.send();
                connection.isGivenUp = false;
            }
            connection.channel.close();
        }
    }

    /**
     * Announces sessions, in turn over the tunnels and without a pause. What a tunnel that was given up should announce is lost, as
     * with tcpcopy.
     *
     * @param first number of the first; the number makes the client's address and port
     */
    public void announce(int first, int sessions, int targetAddress, int targetPort) throws IOException {
        for (int i = first; i < first + sessions; i++) {
            Connection connection = connections.get(i % connections.size());
            Generation.V1.encodeAdd(
                    connection.record,
                    PacketBuilder.address("192.0.2.1") + i / 50_000,
                    10_000 + i % 50_000,
                    targetAddress,
                    targetPort);
            connection.send();
        }
    }

    /** How many tunnels were given up. */
    public int lostTunnels() {
        return (int) connections.stream().filter(each -> each.isGivenUp).count();
    }

    /** Records sent, openings too. */
    public int sent() {
        return connections.stream().mapToInt(each -> each.sent).sum();
    }

    /** Sends that found the buffer full. */
    public int refused() {
        return connections.stream().mapToInt(each -> each.refused).sum();
    }

    /** How many of them in a row at most. */
    public int mostRefusedInARow() {
        return connections.stream()
                .mapToInt(each -> each.mostRefusedInARow)
                .max()
                .orElse(0);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
    }

    /**
     * Opens tunnels, waits for a line on standard input, announces, prints one line, and ends with 0 when all tunnels were kept.
     *
     * @param arguments host, port, tunnels, sessions, sessions of a burst, milliseconds between two bursts
     */
    public static void main(String[] arguments) throws Exception {
        int[] numbers = new int[arguments.length];
        for (int i = 1; i < arguments.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        rehearse();
        try (TcpcopySender sender = new TcpcopySender(new InetSocketAddress(arguments[0], numbers[1]), numbers[2])) {
            System.out.println("ready");
            System.in.read();
            int sessions = numbers[3];
            int burst = numbers[4];
            for (int first = 0; first < sessions; first += burst) {
                sender.announce(first, Math.min(burst, sessions - first), PacketBuilder.address("198.51.100.1"), 8080);
                Thread.sleep(numbers[5]);
            }
            System.out.println(sender.lostTunnels() + " tunnels lost, " + sender.sent() + " records sent, "
                    + sender.refused() + " sends refused, " + sender.mostRefusedInARow() + " in a row at most");
            System.exit(sender.lostTunnels() == 0 ? 0 : 1);
        }
    }
}
