package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.TableModel.Forwarded;
import dev.intercept.session.TableModel.Key;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table and its {@link TableModel} get the same calls at random, and must answer the same. */
class SessionTableModelTest {

    private static final int STEPS = 25_000;
    private static final int TUNNELS = 4;
    private static final int TARGETS = 3;

    private final List<Forwarded> forwarded = new ArrayList<>();
    private Random random;
    private SessionLimits limits;
    private TableScene scene;
    private TableModel model;
    private int clients;
    private boolean hasAnyTarget;
    private final Tunnel[] tunnels = new Tunnel[TUNNELS];
    private int tunnelsUsed = TUNNELS;
    private int tunnelsMade;

    private final class Tunnel implements Outlet {
        private final int number = tunnelsMade++;

        @Override
        public boolean forward(ResponsePacket response) {
            forwarded.add(new Forwarded(number, response.buffer().getInt(24)));
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    }

    /** Many sessions in any second, and never so many that one must be evicted: so it does not matter which would be. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldDoWhatTheModelDoes(long seed) {
        begin(seed, 400, true, new SessionLimits(1, 100_000, 60, 3, 120, 30, 30));
        for (int step = 0; step < STEPS; step++) {
            scene.pass(random.nextInt(20) == 0 ? random.nextInt(20) : 0);
            doTheSame(step);
        }
        compareTheEnd();
        assertEquals(0, model.evicted);
    }

    /**
     * A second for each step, which touches one session at most: one is always idle for longer than all others. All are of one
     * tunnel, so that it does not matter who has most.
     */
    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void shouldEvictTheSessionThatTheModelEvicts(long seed) {
        begin(seed, 60, false, new SessionLimits(1, 20, 10, 3, 200, 100, 30));
        tunnelsUsed = 1;
        for (int step = 0; step < STEPS; step++) {
            scene.pass(1);
            doTheSame(step);
        }
        compareTheEnd();
        assertEquals(true, model.evicted > 1000, model.evicted + " evicted");
    }

    private void begin(long seed, int clientCount, boolean withAnyTarget, SessionLimits bounds) {
        hasAnyTarget = withAnyTarget;
        random = new Random(seed);
        clients = clientCount;
        limits = bounds;
        scene = new TableScene(limits);
        model = new TableModel(limits);
        for (int index = 0; index < TUNNELS; index++) {
            tunnels[index] = new Tunnel();
        }
    }

    private void doTheSame(int step) {
        Key key = new Key(1 + random.nextInt(clients), 1 + random.nextInt(TARGETS));
        Tunnel tunnel = tunnels[random.nextInt(tunnelsUsed)];
        int choice = random.nextInt(1000);
        if (choice < 300) {
            assertEquals(model.find(key, scene.nowS), number(find(key)), "step " + step);
        } else if (choice < 550) {
            assertEquals(model.findOrPark(key, step, scene.nowS), number(findOrPark(key, step)), "step " + step);
        } else if (choice < 900) {
            add(choice < 800 || !hasAnyTarget ? key : key.anyTarget(), tunnel);
        } else if (choice < 980) {
            delete(choice < 960 ? key : key.anyTarget(), tunnel);
        } else if (choice < 995) {
            scene.table.expire(scene.nowS);
            model.expire(scene.nowS);
        } else {
            close(random.nextInt(TUNNELS));
        }
        assertEquals(model.forwarded, forwarded, "step " + step);
        assertEquals(model.parked(), scene.table.parked(), "step " + step);
        model.forwarded.clear();
        forwarded.clear();
    }

    private Outlet find(Key key) {
        return scene.table.find(TableScene.CLIENT, key.client(), TableScene.TARGET, key.target(), scene.nowS);
    }

    private Outlet findOrPark(Key key, int sequence) {
        return scene.park(TableScene.synAck()
                .from(TestNetwork.TARGET, key.target())
                .to(TestNetwork.client(1), key.client())
                .flags(PacketBuilder.SYN)
                .sequence(sequence));
    }

    private void add(Key key, Tunnel tunnel) {
        scene.table.add(TableScene.CLIENT, key.client(), targetAddress(key), key.target(), tunnel, scene.nowS);
        model.add(key, tunnel.number, scene.nowS);
    }

    private void delete(Key key, Tunnel tunnel) {
        scene.table.remove(TableScene.CLIENT, key.client(), targetAddress(key), key.target(), tunnel);
        model.delete(key, tunnel.number);
    }

    private void close(int index) {
        scene.table.closed(tunnels[index]);
        model.closed(tunnels[index].number);
        tunnels[index] = new Tunnel();
    }

    private void compareTheEnd() {
        scene.expireAll();
        model.endOver(scene.nowS);
        for (int tick = 0; tick < 2; tick++) {
            model.expire(scene.nowS);
        }
        assertEquals(model.size(), scene.table.size());
        assertEquals(model.wildcardRoutes(), scene.table.wildcardRoutes());
        assertEquals(model.parked(), scene.table.parked());
        assertEquals(model.unparked, scene.server(Counter.UNPARKED));
        assertEquals(model.parkedExpired, scene.server(Counter.PARKED_EXPIRED));
        assertEquals(model.parkedEvicted, scene.lane(Counter.PARKED_EVICTED));
        assertEquals(model.evicted, scene.server(Counter.EVICTED));
    }

    private static int targetAddress(Key key) {
        return key.target() == 0 ? 0 : TableScene.TARGET;
    }

    private static int number(Outlet target) {
        return target == null ? TableModel.NO_TUNNEL : ((Tunnel) target).number;
    }
}
