package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** SYN/ACKs and the ADD of their session at the same moment, again and again: each goes through the one door or the other. */
class ParkingRaceTest {

    private static final long RUN_NS = TimeUnit.MILLISECONDS.toNanos(1500);

    private final Counters server = new Counters();
    private final SessionTable table = new SessionTable(SessionLimits.DEFAULTS, server, new SessionHash(3, 4));
    private final Outlet tunnel = new Outlet() {
        @Override
        public boolean forward(ResponsePacket response) {
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    };
    private volatile boolean over;

    /** What comes once the route is there finds it; so further ADDs of the same session never find a header that waits. */
    @Test
    void shouldNeverParkAHeaderBehindTheBackOfItsAdd() throws InterruptedException {
        Thread lane = new Thread(this::park);
        lane.start();
        long deadline = System.nanoTime() + RUN_NS;
        try {
            for (int round = 0; System.nanoTime() < deadline; round++) {
                add();
                long unparked = server.get(Counter.UNPARKED);
                giveTheLaneTime(round);
                assertEquals(
                        unparked, server.get(Counter.UNPARKED), "parked although there was a route, round " + round);
                table.remove(TableScene.CLIENT, 10000, TableScene.TARGET, 8080, tunnel);
                if (round % 16 == 0) {
                    Thread.yield();
                }
            }
        } finally {
            over = true;
            lane.join(10_000);
        }
        assertTrue(server.get(Counter.UNPARKED) > 0, "nothing was ever parked");
    }

    private void giveTheLaneTime(int round) {
        for (int again = 0; again < 20; again++) {
            add();
        }
        if (round % 16 == 0) {
            Thread.yield();
            add();
        }
    }

    private void add() {
        table.add(TableScene.CLIENT, 10000, TableScene.TARGET, 8080, tunnel, 0);
    }

    private void park() {
        ResponsePacket response = new SynAck().of(TableScene.CLIENT, 10000, 8080);
        Counters lane = new Counters();
        while (!over) {
            table.findOrPark(response, 0, lane);
        }
    }
}
