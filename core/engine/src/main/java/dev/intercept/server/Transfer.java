package dev.intercept.server;

import dev.intercept.session.SessionClock;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What of a server goes to another process, in this order: the counts, the number of the latest tunnel, the tunnels in the order of
 * accept, the sessions. Times go as ages. No other thread uses what is written or read here.
 *
 * @param nowNs the server's time
 */
record Transfer(SingleGroup singleGroup, SessionTable sessions, long nowNs) {

    /** Opens one of the connections that come, as the server does with those that it accepts. */
    @FunctionalInterface
    interface Opener {
        ClientConnection open(SocketChannel channel, InetSocketAddress peer, int number, long acceptedNs)
                throws IOException;
    }

    /** @param counts of all threads */
    Legacy legacy(
            ServerSocketChannel listener,
            List<ClientConnection> ordered,
            int lastNumber,
            ToLongFunction<Counter> counts) {
        return new Legacy(
                listener,
                ordered.stream().map(connection -> connection.tunnel().socket()).toList(),
                out -> save(out, ordered, lastNumber, counts));
    }

    private void save(DataOutput out, List<ClientConnection> ordered, int lastNumber, ToLongFunction<Counter> counts)
            throws IOException {
        ByteArrayOutputStream parked = new ByteArrayOutputStream();
        sessions.saveParked(new DataOutputStream(parked), nowS()); // What has expired is counted.
        out.writeInt(Counter.values().length);
        for (Counter counter : Counter.values()) {
            out.writeUTF(counter.label());
            out.writeLong(counts.applyAsLong(counter));
        }
        out.writeInt(lastNumber);
        for (ClientConnection connection : ordered) {
            save(out, connection);
        }
        sessions.save(out, outlet -> ((Tunnel) outlet).number(), nowS());
        out.write(parked.toByteArray());
    }

    private void save(DataOutput out, ClientConnection connection) throws IOException {
        Tunnel tunnel = connection.tunnel();
        InetSocketAddress peer = Acceptor.peer(tunnel.socket());
        byte[] address = peer.getAddress().getAddress();
        out.writeInt(tunnel.number());
        out.writeByte(address.length);
        out.write(address);
        out.writeShort(peer.getPort());
        out.writeLong(nowNs - connection.acceptedNs());
        tunnel.save(out, nowS());
        connection.save(out, nowNs);
        OptionalLong begunNs = singleGroup.begunNs(tunnel);
        out.writeBoolean(begunNs.isPresent());
        if (begunNs.isPresent()) {
            out.writeLong(nowNs - begunNs.getAsLong());
        }
    }

    /**
     * Reads all that {@link #save} wrote, for the sockets in the same order.
     *
     * @param counters get what all threads had counted
     * @return the number of the latest tunnel
     */
    int restore(Inheritance from, Opener opener, Counters counters) throws IOException {
        DataInput in = from.state();
        Map<Counter, Long> counts = readCounts(in);
        int lastNumber = in.readInt();
        Map<Integer, Tunnel> tunnels = new HashMap<>();
        long lost = 0;
        for (SocketChannel channel : from.tunnels()) {
            lost += restore(in, channel, opener, tunnels);
        }
        sessions.restore(in, number -> Objects.requireNonNull(tunnels.get(number)), nowS());
        counts.forEach(counters::set);
        counters.add(Counter.UNSENT_STOPPED, lost);
        sessions.restoreParked(in, nowS());
        return lastNumber;
    }

    /** What another version counts beside is left out. */
    private static Map<Counter, Long> readCounts(DataInput in) throws IOException {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (int left = in.readInt(); left > 0; left--) {
            String label = in.readUTF();
            long count = in.readLong();
            for (Counter counter : Counter.values()) {
                if (counter.label().equals(label)) {
                    counts.put(counter, count);
                }
            }
        }
        return counts;
    }

    private int restore(DataInput in, SocketChannel channel, Opener opener, Map<Integer, Tunnel> tunnels)
            throws IOException {
        int number = in.readInt();
        byte[] address = new byte[in.readUnsignedByte()];
        in.readFully(address);
        InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
        ClientConnection connection = opener.open(channel, peer, number, nowNs - in.readLong());
        Tunnel tunnel = connection.tunnel();
        tunnels.put(number, tunnel);
        int lost = tunnel.restore(in, nowS());
        connection.restore(in, nowNs);
        if (in.readBoolean()) {
            singleGroup.opened(tunnel, nowNs - in.readLong());
        }
        return lost;
    }

    private int nowS() {
        return SessionClock.seconds(nowNs);
    }
}
