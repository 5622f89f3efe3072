package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.server.Peer;
import dev.intercept.server.ServerLimits;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets in when all tunnels are taken. */
class FullHouseTest {

    private static final int MAX_TUNNELS = 8;

    private final List<Peer> peers = new ArrayList<>();

    @AfterEach
    void closePeers() throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void shouldCloseTheOldestThatNeverSpokeForANewcomer() throws IOException {
        try (RunningServer running = start()) {
            Peer tcpcopy = recognised(running, "127.0.0.1");
            List<Peer> scanner = silent(running, "127.0.0.1", MAX_TUNNELS - 1);
            running.pass(2);
            Peer newcomer = recognised(running, "127.0.0.1");

            assertTrue(scanner.get(0).isEndedByServer());
            assertAllOpen(running, MAX_TUNNELS);
            assertEquals(0, tcpcopy.socket.getInputStream().available());
            assertEquals(0, newcomer.socket.getInputStream().available());
            assertEquals(1, running.count(Counter.TUNNELS_DISPLACED));
            assertEquals(0, running.count(Counter.TUNNELS_REFUSED));
            List<String> lines = running.lines("WARNING tunnel 2 from 127.0.0.1:");
            assertEquals(1, lines.size());
            assertTrue(
                    lines.get(0)
                            .endsWith(" ended: --max-tunnels 8 are open, and it never said anything; let nothing but"
                                    + " tcpcopy connect to this port (--allow)"),
                    lines.get(0));
        }
    }

    @Test
    void shouldCloseOneOfTheAddressThatHasMostSilentConnections() throws IOException {
        try (RunningServer running = start()) {
            Peer oldTcpcopy = silent(running, "127.0.0.2", 1).get(0);
            List<Peer> scanner = silent(running, "127.0.0.3", MAX_TUNNELS - 1);
            for (int round = 0; round < MAX_TUNNELS - 3; round++) {
                running.pass(2);
                recognised(running, "127.0.0.4");
                assertTrue(scanner.get(round).isEndedByServer());
            }
            oldTcpcopy.send(out -> Generation.V0_6.encodeAdd(out, 1, 2, 0, 0));
            running.await("the route of the old client", () -> running.sessions.size() == 1);
        }
    }

    @Test
    void shouldLeaveAConnectionASecondToSpeak() throws IOException {
        try (RunningServer running = start()) {
            silent(running, "127.0.0.1", MAX_TUNNELS);
            Peer newcomer = new Peer(running.address());
            peers.add(newcomer);
            assertTrue(newcomer.isEndedByServer());
            assertAllOpen(running, MAX_TUNNELS);
            assertEquals(1, running.count(Counter.TUNNELS_REFUSED));
        }
    }

    @Test
    void shouldNotCloseASilentOldClientWhoseAddressAddedARoute() throws IOException {
        try (RunningServer running = start()) {
            Peer silent = silent(running, "127.0.0.2", 1).get(0);
            Peer other = silent(running, "127.0.0.2", 1).get(0);
            addOldRoute(running, other, 1);
            for (int round = 0; round < 3; round++) {
                for (int stranger = 0; stranger < 2 * MAX_TUNNELS; stranger++) {
                    peers.add(new Peer(running.address(), "127.0." + (1 + round) + "." + (1 + stranger)));
                    running.pass(2);
                }
                awaitAllAccepted(running);
                if (round == 0) {
                    other.close();
                    running.await(
                            "its end", () -> running.count(Counter.ROUTES_ADDED) == 1 && running.sessions.size() == 0);
                }
            }
            assertTrue(running.count(Counter.TUNNELS_DISPLACED) > 0);
            addOldRoute(running, silent, 2);
        }
    }

    @Test
    void shouldRefuseAFloodOfYoungStrangersRatherThanCloseWhoIsSilentForLong() throws IOException {
        try (RunningServer running = start()) {
            Peer silent = silent(running, "127.0.0.2", 1).get(0);
            running.pass(2);
            for (int stranger = 0; stranger < 3 * MAX_TUNNELS; stranger++) {
                peers.add(new Peer(running.address(), "127.0.0.3"));
            }
            awaitAllAccepted(running);
            assertEquals(0, running.count(Counter.TUNNELS_DISPLACED));
            addOldRoute(running, silent, 1);
        }
    }

    @Test
    void shouldCloseAYoungStrangerForANewcomerWhoseAddressAddedARoute() throws IOException {
        try (RunningServer running = start()) {
            addOldRoute(running, silent(running, "127.0.0.2", 1).get(0), 1);
            silent(running, "127.0.0.3", MAX_TUNNELS - 1);
            addOldRoute(running, silent(running, "127.0.0.2", 1).get(0), 2);
            assertEquals(1, running.count(Counter.TUNNELS_DISPLACED));
        }
    }

    /** Each that connected was admitted or refused. */
    private void awaitAllAccepted(RunningServer running) {
        running.await(
                "all to be accepted",
                () -> running.count(Counter.TUNNELS_OPENED) + running.count(Counter.TUNNELS_REFUSED) == peers.size());
    }

    private static void addOldRoute(RunningServer running, Peer peer, int port) throws IOException {
        int routes = running.sessions.size();
        peer.send(out -> Generation.V0_6.encodeAdd(out, 1, port, 0, 0));
        running.await("the route of the old client", () -> running.sessions.size() == routes + 1);
    }

    @Test
    void shouldRefuseTheNewcomerWhenAllHaveSpoken() throws IOException {
        try (RunningServer running = start()) {
            for (int tunnel = 0; tunnel < MAX_TUNNELS; tunnel++) {
                recognised(running, "127.0.0.1");
            }
            running.pass(2);
            Peer newcomer = new Peer(running.address());
            peers.add(newcomer);
            assertTrue(newcomer.isEndedByServer());
            assertAllOpen(running, MAX_TUNNELS);
            assertEquals(0, running.count(Counter.TUNNELS_DISPLACED));
        }
    }

    /** Time stands still but for what a test lets pass. */
    private static RunningServer start() throws IOException {
        ServerLimits limits = new ServerLimits(MAX_TUNNELS, 1 << 20, List.of());
        return new RunningServer(limits, SessionLimits.DEFAULTS, ProtocolOptions.DEFAULTS, 0);
    }

    private List<Peer> silent(RunningServer running, String from, int count) throws IOException {
        List<Peer> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long opened = running.count(Counter.TUNNELS_OPENED);
            connected.add(new Peer(running.address(), from));
            running.await("the tunnel", () -> running.count(Counter.TUNNELS_OPENED) == opened + 1);
        }
        peers.addAll(connected);
        return connected;
    }

    private Peer recognised(RunningServer running, String from) throws IOException {
        long before = formats(running);
        Peer peer = silent(running, from, 1).get(0).send(Generation.V1::encodeOpening);
        running.await("its format", () -> formats(running) == before + 1);
        return peer;
    }

    private static long formats(RunningServer running) {
        return running.server.tunnels().stream()
                .filter(tunnel -> tunnel.format() != null)
                .count();
    }

    private static void assertAllOpen(RunningServer running, int count) {
        assertEquals(count, running.server.tunnels().size());
    }
}
