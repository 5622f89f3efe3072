package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.stats.Counters;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

/** A client of intercept may add any sessions it likes. Whatever it picks, the table neither slows down nor mixes them up. */
class CollisionAttackTest {

    private static final int SESSIONS = 200_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final SessionHash known = new SessionHash(1, 2);

    /** Sessions that all fall into one segment and an eighth of its slots, for who knows the key; not so with another key. */
    @Test
    void shouldNotBeFooledBySessionsPickedForAnotherKey() {
        int[] picked = collidingClients(8192);
        SessionHash unknown = new SessionHash(3, 4);

        assertEquals(8192, fullest(known, picked, SessionSegment.SEGMENTS, CollisionAttackTest::segment));
        assertEquals(8192, fullest(known, picked, 8, CollisionAttackTest::slotBits));
        assertTrue(fullest(unknown, picked, SessionSegment.SEGMENTS, CollisionAttackTest::segment) < 64);
        assertTrue(fullest(unknown, picked, 8, CollisionAttackTest::slotBits) < 1200);
    }

    /** The C program's key is a sum of the parts: all of these are one session to it. */
    @Test
    void shouldKeepApartAllSessionsOfOneSum() {
        SessionTable table = table(SessionHash.random());
        RecordingOutlet[] tunnels = {new RecordingOutlet(), new RecordingOutlet(), new RecordingOutlet()};
        for (int number = 0; number < 60_000; number++) {
            table.add(1_000_000 + number, 65535 - number, TableScene.TARGET, 8080, tunnels[number % 3], 0);
        }
        for (int number = 0; number < 60_000; number++) {
            assertSame(tunnels[number % 3], table.find(1_000_000 + number, 65535 - number, TableScene.TARGET, 8080, 0));
        }
    }

    /** One client with as many targets as it likes fills one segment, which grows; look-ups stay as short. */
    @Test
    void shouldBearOneClientWithVeryManyTargets() {
        SessionTable table = table(SessionHash.random());
        RecordingOutlet tunnel = new RecordingOutlet();
        long begunNs = THREADS.getCurrentThreadCpuTime();
        for (int target = 1; target <= SESSIONS; target++) {
            table.add(TableScene.CLIENT, 80, target, target & 0xffff, tunnel, 0);
        }
        for (int target = 1; target <= SESSIONS; target++) {
            assertSame(tunnel, table.find(TableScene.CLIENT, 80, target, target & 0xffff, 0));
        }
        long perSessionNs = (THREADS.getCurrentThreadCpuTime() - begunNs) / SESSIONS;
        assertEquals(SESSIONS, table.size());
        assertTrue(perSessionNs < 10_000, perSessionNs + " ns for an ADD and a look-up");
    }

    /** A port scan of the target, forged from one client, parks one RST a port. */
    @Test
    void shouldBearAParkedHeaderFromEveryPortOfTheTarget() {
        TableScene scene = new TableScene();
        long begunNs = THREADS.getCurrentThreadCpuTime();
        for (int port = 1; port <= 65535; port++) {
            scene.synAck(10000, port, port);
        }
        long perHeaderNs = (THREADS.getCurrentThreadCpuTime() - begunNs) / 65535;
        assertEquals(65535, scene.table.parked());
        assertTrue(perHeaderNs < 20_000, perHeaderNs + " ns for a parked header");
    }

    private static SessionTable table(SessionHash hash) {
        return new SessionTable(SessionLimits.DEFAULTS, new Counters(), hash);
    }

    /** How many of the clients are in the fullest of so many places. */
    private static int fullest(SessionHash hash, int[] clients, int places, Place place) {
        int[] sizes = new int[places];
        int largest = 0;
        for (int client : clients) {
            largest = Math.max(largest, ++sizes[place.of(hash, client)]);
        }
        return largest;
    }

    private interface Place {
        int of(SessionHash hash, int client);
    }

    private static int segment(SessionHash hash, int client) {
        return SessionSegment.indexOf(hash.ofClient(SessionKey.end(client, 80)));
    }

    private static int slotBits(SessionHash hash, int client) {
        long clientHash = hash.ofClient(SessionKey.end(client, 80));
        return (int) hash.ofSession(clientHash, SessionKey.end(TableScene.TARGET, 8080)) & 7;
    }

    private int[] collidingClients(int count) {
        int[] clients = new int[count];
        int found = 0;
        for (int client = 0; found < count; client++) {
            if (segment(known, client) == 0 && slotBits(known, client) == 0) {
                clients[found++] = client;
            }
        }
        return clients;
    }
}
