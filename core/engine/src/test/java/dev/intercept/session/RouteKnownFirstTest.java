package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client goes on as soon as it hears of an answer, and a backend that stops only what has a route must know the route by then. So
 * whatever is handed to a tunnel, and whatever is found, belongs to a route that the backend knows.
 */
class RouteKnownFirstTest {

    private static final int PORT = 10000;
    private static final int STEPS = 20_000;
    private static final SessionLimits LIMITS = new SessionLimits(1, 4, 16, 16, 120, 30, 30);

    /** What the kernel has, by the client's port. */
    private final Set<Integer> known = new HashSet<>();

    private final List<String> calls = new ArrayList<>();
    private final TableScene scene = new TableScene(LIMITS);
    private final LingeringRoutes lingering =
            new LingeringRoutes(this::report, () -> TimeUnit.SECONDS.toNanos(scene.nowS));

    private void report(int client, int clientPort, int target, int targetPort, boolean isThere) {
        assertTrue(isThere ? known.add(clientPort) : known.remove(clientPort), "each change once");
        calls.add((isThere ? "+" : "-") + clientPort);
    }

    /** A tunnel that refuses to be handed what the kernel would let pass. */
    private final class Client implements Outlet {
        @Override
        public boolean forward(ResponsePacket response) {
            assertTrue(known.contains(response.destinationPort()), "the kernel knows the route");
            calls.add("forward " + response.destinationPort());
            return true;
        }

        @Override
        public void flush(Counters counters) {
            calls.add("flush");
        }
    }

    private final Client client = new Client();

    @BeforeEach
    void observe() {
        scene.table.observe(lingering);
    }

    private void assertCalls(String... expected) {
        assertEquals(List.of(expected), calls);
        calls.clear();
    }

    @Test
    void shouldReportARouteBeforeTheResponseThatWaitedForIt() {
        scene.synAck(PORT, 1);
        scene.add(PORT, client);
        assertCalls("+10000", "forward 10000", "flush");
    }

    @Test
    void shouldReportARouteToAnyTargetBeforeTheResponseThatWaitedForIt() {
        scene.synAck(PORT, 1);
        scene.addAnyTarget(PORT, client);
        assertCalls("+10000", "forward 10000", "flush");
    }

    /** It comes between the report and the lock under which the session is made. */
    @Test
    void shouldReportARouteBeforeAResponseThatComesMeanwhile() {
        Runnable[] atLock = {() -> {}};
        SessionTable table = new SessionTable(
                LIMITS, new Counters(), SessionTable.EVERY_BIT, new SessionHash(1, 2), () -> new StampedLock() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public long writeLock() {
                        Runnable once = atLock[0];
                        atLock[0] = () -> {};
                        once.run();
                        return super.writeLock();
                    }
                });
        table.observe(lingering);
        atLock[0] = () -> table.findOrPark(TableScene.wrap(TableScene.synAck().toBuffer()), scene.nowS, new Counters());
        table.add(TableScene.CLIENT, PORT, TableScene.TARGET, TableScene.TARGET_PORT, client, scene.nowS);
        assertCalls("+10000", "forward 10000", "flush");
    }

    /** Its slot is there still, or was cleared; it lingers, or its end was reported. */
    @ParameterizedTest
    @ValueSource(ints = {0, 30, 61})
    void shouldKnowTheRouteOfASessionThatEndedAndComesAgain(int sinceS) {
        List<Consumer<Client>> ends = List.of(
                tunnel -> scene.delete(PORT, tunnel),
                scene.table::closed,
                tunnel -> scene.pass(LIMITS.routeTimeoutS() + 1),
                this::evict);
        for (Consumer<Client> end : ends) {
            Client tunnel = new Client();
            scene.add(PORT, tunnel);
            end.accept(tunnel);
            if (sinceS > 0) {
                scene.expireAll();
                scene.pass(sinceS);
                lingering.expire();
            }
            calls.clear();
            scene.synAck(PORT, 1);
            scene.add(PORT, new Client());
            assertTrue(calls.contains("forward 10000"), calls.toString());
            assertTrue(known.contains(PORT));
        }
    }

    private void evict(Client tunnel) {
        for (int port = 1; port <= LIMITS.maxSessions(); port++) {
            scene.pass(1);
            scene.add(port, tunnel);
        }
        assertNull(scene.find(PORT), "it was idle for longest");
    }

    /** Every end that there is, in any order; a step begins with what the thread of a lane does. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldHandNothingToAClientWhoseRouteTheKernelDoesNotKnow(long seed) {
        Random random = new Random(seed);
        Client[] tunnels = {client, new Client(), new Client()};
        for (int step = 0; step < STEPS; step++) {
            int port = 1 + random.nextInt(8);
            int which = random.nextInt(tunnels.length);
            assertTrue(scene.find(port) == null || known.contains(port), "what is found is known");
            switch (random.nextInt(8)) {
                case 0, 1 -> scene.synAck(port, step);
                case 2, 3 -> scene.add(port, tunnels[which]);
                case 4 -> scene.delete(port, tunnels[which]);
                case 5 -> scene.pass(random.nextInt(40));
                case 6 -> lingering.expire();
                default -> {
                    scene.expireAll();
                    if (random.nextInt(4) == 0) {
                        scene.table.closed(tunnels[which]);
                        tunnels[which] = new Client();
                    }
                }
            }
        }
        assertTrue(calls.stream().filter(call -> call.startsWith("-")).count() > 10, "routes ended");
        assertTrue(calls.stream().filter(call -> call.startsWith("forward")).count() > 10, "headers had waited");
    }
}
