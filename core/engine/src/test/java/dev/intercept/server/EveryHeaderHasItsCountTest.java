package dev.intercept.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Headers written, waiting and lost add up to those taken, however tunnels end. The seeds are fixed, the threads' timing is not. */
class EveryHeaderHasItsCountTest {

    private static final int ROUNDS = 8;
    private static final int TUNNEL_BUFFER_BYTES = 64 * 1024;
    private static final int FIRST_PORT = 10000;
    private static final int STALLED = 1000;

    /** How a tunnel may end. */
    private enum End {
        RESET,
        HALF_CLOSE,
        KILL,
        FAILED_WRITES,
        STALL,
        STOP
    }

    /** Time and a stop end every tunnel that is left. */
    private static EnumSet<End> ends(int seed) {
        EnumSet<End> ends = EnumSet.allOf(End.class);
        ends.remove(seed % 2 == 0 ? End.STALL : End.STOP);
        return ends;
    }

    private record Client(Peer peer, Tunnel tunnel, FaultyChannel socket, int port, End end) {}

    @Test
    void shouldAddUpUnderEveryKindOfEnd() throws IOException {
        EnumSet<Counter> seen = EnumSet.noneOf(Counter.class);
        for (int seed = 0; seed < ROUNDS; seed++) {
            round(seed, seen);
        }
        assertEquals(
                EnumSet.of(
                        Counter.UNSENT_CLOSED,
                        Counter.UNSENT_STALLED,
                        Counter.UNSENT_FAILED,
                        Counter.UNSENT_STOPPED,
                        Counter.TUNNEL_OVERFLOW,
                        Counter.FURTHER_HEADERS,
                        Counter.UNPARKED),
                seen,
                "every way was taken");
    }

    /** A stop waits for none of them. */
    @Test
    void shouldStopBesideAThousandTunnelsThatTakeNothing() throws IOException {
        List<Peer> stalled = new ArrayList<>();
        try (Ledger ledger = new Ledger(TUNNEL_BUFFER_BYTES, 0)) {
            for (int i = 0; i < STALLED; i++) {
                stalled.add(ledger.begin(FIRST_PORT + i));
            }
            ledger.await("all routes", () -> ledger.sessions.size() == STALLED);
            ledger.sockets.forEach(socket -> socket.fail(FaultyChannel.Fault.EAGAIN, Integer.MAX_VALUE));
            for (int i = 0; i < STALLED; i++) {
                ledger.respond(FIRST_PORT + i, 0, 3);
            }
            assertEquals(3 * STALLED, ledger.server.waiting());
            ledger.stop();
            assertEquals(3 * STALLED, ledger.count(Counter.UNSENT_STOPPED));
            ledger.assertBalances("stopped");
        } finally {
            for (Peer peer : stalled) {
                peer.close();
            }
        }
    }

    private static void round(int seed, EnumSet<Counter> seen) throws IOException {
        Random random = new Random(seed);
        List<Client> clients = new ArrayList<>();
        try (Ledger ledger = new Ledger(TUNNEL_BUFFER_BYTES, seed)) {
            for (End end : ends(seed)) {
                clients.add(open(ledger, FIRST_PORT + end.ordinal(), end));
            }
            for (Client client : clients) {
                ledger.respond(client.port, 0, random.nextInt(200));
                if (client.end != End.HALF_CLOSE) {
                    fill(ledger, client);
                }
            }
            big(ledger, clients.get(End.HALF_CLOSE.ordinal()).port);
            ledger.assertBalances("seed " + seed + ", all open");
            for (Client client : clients) {
                end(ledger, client);
                ledger.respond(client.port, 0, random.nextInt(5));
            }
            ledger.stop();
            ledger.assertBalances("seed " + seed);
            for (Counter counter : EnumSet.range(Counter.UNSENT_CLOSED, Counter.UNSENT_STOPPED)) {
                note(ledger, counter, seen);
            }
            note(ledger, Counter.TUNNEL_OVERFLOW, seen);
            note(ledger, Counter.FURTHER_HEADERS, seen);
            note(ledger, Counter.UNPARKED, seen);
        } finally {
            for (Client client : clients) {
                client.peer.close();
            }
        }
    }

    private static void note(Ledger ledger, Counter counter, EnumSet<Counter> seen) {
        if (ledger.count(counter) > 0) {
            seen.add(counter);
        }
    }

    /** With the SYN/ACK before the route. */
    private static Client open(Ledger ledger, int port, End end) throws IOException {
        ledger.packet(new PacketBuilder().to(TestNetwork.client(1), port).flags(PacketBuilder.SYN | PacketBuilder.ACK));
        Peer peer = ledger.open(port);
        return new Client(peer, ledger.tunnelOf(peer), ledger.sockets.getLast(), port, end);
    }

    /** Until the tunnel's buffer is full, since its socket takes no more. */
    private static void fill(Ledger ledger, Client client) {
        client.socket.fail(FaultyChannel.Fault.EAGAIN, Integer.MAX_VALUE);
        long before = ledger.count(Counter.TUNNEL_OVERFLOW);
        while (ledger.count(Counter.TUNNEL_OVERFLOW) == before) {
            ledger.respond(client.port, 0, 64);
        }
    }

    /** One answer that needs two headers. */
    private static void big(Ledger ledger, int port) {
        ByteBuffer packet = new PacketBuilder()
                .to(TestNetwork.client(1), port)
                .totalLength(0)
                .toBuffer();
        ledger.bigPacket(packet, 100_000);
    }

    private static void end(Ledger ledger, Client client) throws IOException {
        switch (client.end) {
            case RESET -> {
                client.peer.socket.setSoLinger(true, 0);
                client.peer.close();
            }
            case KILL -> client.peer.close(); // With bytes unread, as the kernel does for a process that was killed.
            case HALF_CLOSE -> {
                client.peer.socket.shutdownOutput();
                assertEquals(client.tunnel.forwarded(), received(client.peer), "all of it arrived");
            }
            case STALL -> ledger.pass(31_000);
            case FAILED_WRITES -> {
                client.socket.fail(FaultyChannel.Fault.EIO, Integer.MAX_VALUE);
                client.tunnel.writeOn(ledger.laneCounters);
                ledger.pass(2_000);
            }
            case STOP -> ledger.stop();
        }
        ledger.await(
                client.end + " to end its tunnel",
                () -> !ledger.server.tunnels().contains(client.tunnel));
        assertTrue(client.tunnel.isClosed());
    }

    /** Messages until the server ends the connection. */
    private static long received(Peer peer) throws IOException {
        long messages = 0;
        byte[] count = peer.socket.getInputStream().readNBytes(2);
        while (count.length == 2) {
            int batch = ByteBuffer.wrap(count).getShort();
            peer.read(batch * Ledger.MESSAGE_BYTES);
            messages += batch;
            count = peer.socket.getInputStream().readNBytes(2);
        }
        return messages;
    }
}
