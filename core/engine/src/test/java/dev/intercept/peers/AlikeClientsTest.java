package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.server.ClientProtocols;
import dev.intercept.server.Peer;
import dev.intercept.server.Tunnel;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients 0.7, 0.8 and 0.9.0, whose records are alike: distinguished by their connections, or by the option for their address. */
class AlikeClientsTest {

    private static final String HOST = "127.0.0.9";

    private final List<Peer> peers = new ArrayList<>();
    private int clientPort = 20000;

    @AfterEach
    void close() throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void shouldTakeOneConnectionFor07AndThreeAtOnceFor08Or09() throws IOException {
        try (RunningServer running = RunningServer.withoutTime(ClientProtocols.all(ProtocolOptions.DEFAULTS))) {
            List<Peer> three = connect(running, 3);
            add(running, three.get(1));
            running.pass(10);
            List<Peer> one = connect(running, 1);
            add(running, one.get(0));
            add(running, three.get(0));
            add(running, three.get(2));
            assertEquals(List.of("0.8 or 0.9", "0.8 or 0.9", "0.8 or 0.9", "0.7"), generations(running));
            assertEquals(List.of(), running.lines("WARNING"));
            assertTrue(running.server.tunnels().stream().anyMatch(tunnel -> tunnel.format()
                    .describe()
                    .endsWith("; recognised by the 3 connections that it opened at once")));
        }
    }

    @Test
    void shouldSayWhichOptionDecidesWhereTheConnectionsDoNotShow() throws IOException {
        try (RunningServer running = RunningServer.withoutTime(ClientProtocols.all(ProtocolOptions.DEFAULTS))) {
            add(running, connect(running, 2).get(0));
            running.await("the notice", () -> !running.lines("WARNING").isEmpty());
            assertEquals("0.7", generations(running).get(0));
            assertTrue(
                    running.lines("WARNING")
                            .get(0)
                            .endsWith("0.7 is assumed, otherwise say --generation=127.0.0.9=0.7,"
                                    + " --generation=127.0.0.9=0.8 or --generation=127.0.0.9=0.9"),
                    () -> running.lines("").toString());
        }
    }

    @Test
    void shouldTakeWhatShowsNothingForWhatTheAddressWasBefore() throws IOException {
        try (RunningServer running = RunningServer.withoutTime(ClientProtocols.all(ProtocolOptions.DEFAULTS))) {
            add(running, connect(running, 3).get(0));
            running.pass(10);
            add(running, connect(running, 2).get(0));
            assertEquals(List.of("0.8 or 0.9", "0.8 or 0.9"), generations(running));
        }
    }

    /** All that is left of a client's first start is what was concluded from it; each tunnel has it in its one line of the log. */
    @Test
    void shouldKeepWhatItConcludedWhenTheClientConnectsAgain() throws IOException {
        try (RunningServer running = RunningServer.withoutTime(ClientProtocols.all(ProtocolOptions.DEFAULTS))) {
            for (Peer first : connect(running, 3)) {
                add(running, first);
            }
            close();
            running.await("the end", () -> running.server.tunnels().isEmpty());
            running.pass(10);
            add(running, connect(running, 2).get(1));
            assertEquals(List.of("0.8 or 0.9"), generations(running));
            assertEquals(
                    3,
                    running.lines("recognised by the 3 connections that it opened at once")
                            .size());
        }
    }

    @Test
    void shouldSayThat09NeedsTheOptionWhereThereAreNoBatches() throws IOException {
        ProtocolOptions plain = new ProtocolOptions(ProtocolOptions.Combined.OFF, false, false, Optional.empty());
        try (RunningServer running = RunningServer.withoutTime(ClientProtocols.all(plain))) {
            for (Peer each : connect(running, 3)) {
                add(running, each);
            }
            assertEquals(List.of("0.8", "0.8", "0.8"), generations(running));
            assertTrue(
                    running.lines("WARNING")
                            .get(0)
                            .endsWith(
                                    "clients 0.8 and 0.9.0 without batches look the same, and 0.8 is assumed; for 0.9.0"
                                            + " say --generation=0.9"),
                    () -> running.lines("").toString());
        }
    }

    @Test
    void shouldGoByTheOptionForTheAddress() throws IOException {
        ClientProtocols protocols = new ClientProtocols(
                ProtocolOptions.DEFAULTS,
                List.of(network("127.0.0.9", Generation.V0_9), network("127.0.0.0/8", Generation.V0_8)));
        try (RunningServer running = RunningServer.withoutTime(protocols)) {
            add(running, connect(running, 3).get(0));
            Peer other = peer(running, "127.0.0.10");
            add(running, other);
            assertEquals(List.of("0.9", "0.8"), generations(running));
        }
    }

    @Test
    void shouldTakeOfEachOptionTheNetworkOfTheLongestPrefix() throws IOException {
        ClientProtocols protocols = new ClientProtocols(
                ProtocolOptions.DEFAULTS,
                List.of(
                        new ClientProtocols.Network(
                                Cidr.parse("10.0.0.5"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(false),
                                Optional.empty()),
                        new ClientProtocols.Network(
                                Cidr.parse("10.0.0.0/8"),
                                Optional.of(Generation.V0_8),
                                Optional.of(ProtocolOptions.Combined.OFF),
                                Optional.of(true),
                                Optional.empty())));
        assertEquals(
                new ProtocolOptions(ProtocolOptions.Combined.OFF, false, false, Optional.of(Generation.V0_8)),
                protocols.of(InetAddress.getByName("10.0.0.5")));
        assertTrue(protocols.of(InetAddress.getByName("10.0.0.6")).payload());
        assertEquals(ProtocolOptions.DEFAULTS, protocols.of(InetAddress.getByName("192.0.2.1")));
        assertTrue(protocols.anyPayload());
    }

    private static ClientProtocols.Network network(String clients, Generation generation) {
        return new ClientProtocols.Network(
                Cidr.parse(clients), Optional.of(generation), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private List<Peer> connect(RunningServer running, int count) throws IOException {
        List<Peer> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connected.add(peer(running, HOST));
        }
        return connected;
    }

    private Peer peer(RunningServer running, String from) throws IOException {
        int open = running.server.tunnels().size();
        Peer peer = new Peer(running.address(), from);
        peers.add(peer);
        running.await("the connection", () -> running.server.tunnels().size() == open + 1);
        return peer;
    }

    private void add(RunningServer running, Peer peer) throws IOException {
        long before = running.count(Counter.ROUTES_ADDED);
        int port = clientPort++;
        peer.send(bytes -> Generation.V0_7.encodeAdd(
                bytes,
                PacketBuilder.address(TestNetwork.client(1)),
                port,
                PacketBuilder.address(TestNetwork.TARGET),
                8080));
        running.await("the route", () -> running.count(Counter.ROUTES_ADDED) > before);
    }

    /** Of the tunnels that are recognised, in the order of accept. */
    private static List<String> generations(RunningServer running) {
        return running.server.tunnels().stream()
                .filter(tunnel -> tunnel.format() != null)
                .sorted(Comparator.comparingInt(Tunnel::number))
                .map(tunnel -> tunnel.format().generation().name())
                .toList();
    }
}
