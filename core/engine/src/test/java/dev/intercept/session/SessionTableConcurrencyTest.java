package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lanes look up and park while the server thread adds, moves, deletes, closes, expires and makes the table grow.
 *
 * <p>The session's number says what must hold: the first eighth, the anchors, always have the one tunnel that stays open; the
 * second eighth never have any; each of the others only ever one whose group is the number's.
 */
class SessionTableConcurrencyTest {

    /** Which sessions: so many that the table grows all the time, or few that meet in one segment at every look. */
    enum Crowd {
        MANY_CLIENTS(1 << 16),
        ONE_CLIENT(64);

        private final int sessions;

        Crowd(int sessions) {
            this.sessions = sessions;
        }

        int clientAddress(int number) {
            return this == ONE_CLIENT ? TableScene.CLIENT : TableScene.CLIENT + (number >>> 14);
        }

        int clientPort(int number) {
            return this == ONE_CLIENT ? 10000 : number & 0x3fff;
        }

        int targetPort(int number) {
            return this == ONE_CLIENT ? number : 8080;
        }

        int numberOf(ResponsePacket response) {
            return this == ONE_CLIENT
                    ? response.sourcePort()
                    : response.destinationAddress() - TableScene.CLIENT << 14 | response.destinationPort();
        }
    }

    private static final int GROUPS = 8;
    private static final int LANES = 2;
    private static final long CHANGES = 500_000;

    private final Counters server = new Counters();
    private final SessionTable table =
            new SessionTable(new SessionLimits(1, 1 << 20, 500, 16, 120, 30, 30), server, new SessionHash(7, 8));
    private final Tunnel[] open = new Tunnel[GROUPS];
    private final AtomicLong closes = new AtomicLong();
    private Crowd crowd;
    private Tunnel anchor;
    private volatile int nowS;
    private volatile boolean over;

    private final class Tunnel implements Outlet {
        private final int group;
        private volatile long closedAs = Long.MAX_VALUE;

        Tunnel(int group) {
            this.group = group;
        }

        @Override
        public boolean forward(ResponsePacket response) {
            assertEquals(group, crowd.numberOf(response) % GROUPS, "the group of a parked header");
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    }

    private final class Lane {
        private final Counters counters = new Counters();
        private final SynAck synAck = new SynAck();
        private final Random random;
        private long found;
        private long parked;

        Lane(long seed) {
            random = new Random(seed);
        }

        Lane run() {
            while (!over) {
                for (int look = 0; look < 100; look++) {
                    lookUp(random.nextInt(crowd.sessions));
                }
                int number = changing(random);
                ResponsePacket response =
                        synAck.of(crowd.clientAddress(number), crowd.clientPort(number), crowd.targetPort(number));
                Outlet tunnel = table.findOrPark(response, nowS, counters);
                check(number, (Tunnel) tunnel);
                parked += tunnel == null ? 1 : 0;
            }
            return this;
        }

        private void lookUp(int number) {
            long closedBefore = closes.get();
            Tunnel tunnel = (Tunnel) find(number);
            check(number, tunnel);
            if (tunnel != null) {
                found++;
                assertTrue(tunnel.closedAs > closedBefore, "a tunnel was found after it was closed");
            }
        }

        private void check(int number, Tunnel tunnel) {
            if (number < crowd.sessions / 8) {
                assertEquals(anchor, tunnel, "the tunnel of an anchor");
            } else if (number < crowd.sessions / 4) {
                assertEquals(null, tunnel, "the tunnel of a stranger");
            } else {
                assertTrue(tunnel == null || tunnel.group == number % GROUPS, "a tunnel of another group");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverLeadToAWrongOrClosedTunnelWhateverHappensMeanwhile(Crowd sessions) throws Exception {
        crowd = sessions;
        anchor = new Tunnel(-1);
        addAnchors();
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<Lane>> lanes = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                Lane each = new Lane(lane);
                lanes.add(threads.submit(each::run));
            }
            long changes = serve(lanes);
            checkTheEnd(lanes, changes);
        } finally {
            over = true;
            threads.shutdownNow();
        }
    }

    private void addAnchors() {
        for (int number = 0; number < crowd.sessions / 8; number++) {
            add(number, anchor);
        }
    }

    private long serve(List<Future<Lane>> lanes) {
        Random random = new Random(99);
        long changes = 0;
        while (changes < CHANGES && lanes.stream().noneMatch(Future::isDone)) {
            for (int change = 0; change < 2000; change++) {
                change(random);
            }
            changes += 2000;
            table.expire(nowS);
            nowS++;
            if (nowS % 16 == 0) {
                addAnchors();
            }
        }
        over = true;
        return changes;
    }

    private void change(Random random) {
        int number = changing(random);
        int group = number % GROUPS;
        int choice = random.nextInt(20_000);
        if (open[group] == null) {
            open[group] = new Tunnel(group);
        }
        if (choice < 12_000) {
            add(number, open[group]);
        } else if (choice < 12_200 && crowd == Crowd.MANY_CLIENTS) {
            table.add(crowd.clientAddress(number), crowd.clientPort(number), 0, 0, open[group], nowS);
        } else if (choice < 19_995) {
            delete(number, open[group]);
        } else {
            table.closed(open[group]);
            open[group].closedAs = closes.incrementAndGet();
            open[group] = null;
        }
    }

    private int changing(Random random) {
        return crowd.sessions / 4 + random.nextInt(crowd.sessions * 3 / 4);
    }

    private Outlet find(int number) {
        return table.find(
                crowd.clientAddress(number),
                crowd.clientPort(number),
                TableScene.TARGET,
                crowd.targetPort(number),
                nowS);
    }

    private void add(int number, Tunnel tunnel) {
        table.add(
                crowd.clientAddress(number),
                crowd.clientPort(number),
                TableScene.TARGET,
                crowd.targetPort(number),
                tunnel,
                nowS);
    }

    private void delete(int number, Tunnel tunnel) {
        table.remove(
                crowd.clientAddress(number),
                crowd.clientPort(number),
                TableScene.TARGET,
                crowd.targetPort(number),
                tunnel);
    }

    /** Each parked header went one way, and one only; and none was left behind where there is a route. */
    private void checkTheEnd(List<Future<Lane>> lanes, long changes)
            throws InterruptedException, ExecutionException, TimeoutException {
        long parked = 0;
        long found = 0;
        long evicted = 0;
        for (Future<Lane> each : lanes) {
            Lane lane = each.get(60, TimeUnit.SECONDS);
            parked += lane.parked;
            found += lane.found;
            evicted += lane.counters.get(Counter.PARKED_EVICTED);
        }
        endWaits();
        long unparked = server.get(Counter.UNPARKED);
        assertEquals(parked, unparked + server.get(Counter.PARKED_EXPIRED) + evicted + table.parked());
        assertTrue(found > 0 && parked > 0, "nothing happened");
        for (int number = crowd.sessions / 4; number < crowd.sessions; number++) {
            if (find(number) != null) {
                add(number, open[number % GROUPS]);
            }
        }
        assertEquals(unparked, server.get(Counter.UNPARKED), "parked although there was a route");
        log(changes + " changes, " + found + " found, " + parked + " parked, " + unparked + " unparked, " + closes
                + " tunnels closed");
    }

    /** Headers that a route to any target may have only if no other comes in a moment. */
    private void endWaits() {
        table.expire(nowS);
        table.expire(nowS);
    }

    private static void log(String what) {
        System.getLogger(SessionTableConcurrencyTest.class.getName()).log(System.Logger.Level.INFO, what);
    }
}
