package dev.intercept.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.CaptureLoop;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.net.Cidr;
import dev.intercept.server.Peer;
import dev.intercept.server.ServerLimits;
import dev.intercept.session.SessionLimits;
import dev.intercept.stats.Counter;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * All kinds of hostile peers come and go, each so many times, beside two clients that behave. The order and the seeds are
 * fixed; the threads' timing is not.
 */
class HostilePeersTest {

    private static final int ATTACKS_OF_EACH_KIND = 24;
    private static final int SPEED = 15;
    private static final int ATTACKERS = 8;
    private static final int IDLE = 1000;
    private static final int WELL_BEHAVED_SESSIONS = 1000;
    private static final int MAX_TUNNELS = 1100;
    private static final int MAX_SESSIONS = 20_000;
    private static final int BACKLOG_MIB = 16;
    private static final long PACE_NS = 300_000;

    /** Sessions, backlogs and first chunks at their bounds, and as much again. */
    private static final int MAX_HEAP_GROWTH_MIB = 64;

    /** 64 tunnels may be logged as recognised. */
    private static final int MAX_LOG_LINES_AT_FIRST = 64;

    /** Of each kind 5, later one a minute; the kinds are a dozen. */
    private static final int KINDS_OF_LOG_LINES = 12;

    private static final int LOG_LINES_OF_A_KIND = 5;

    private static final int LAST_STUCK_PORT = 65535;

    private static final int SPARE_DESCRIPTORS = 16;

    private final Queue<HostilePeer> attacks = attacks();
    private long packets;

    @Test
    void shouldLoseNothingOfTheWellBehavedAndStayWithinItsBounds() throws Exception {
        ServerLimits limits =
                new ServerLimits(MAX_TUNNELS, 256 << 10, BACKLOG_MIB << 20, List.of(Cidr.parse("127.0.0.0/16")));
        // Five times the defaults: a thread of a busy machine may have to wait for a second, fifteen of the server's.
        SessionLimits sessions = new SessionLimits(1024, MAX_SESSIONS, 4096, 16, 600, 150, 150);
        long descriptors = openDescriptors();
        try (RunningServer running = new RunningServer(limits, sessions, ProtocolOptions.DEFAULTS, SPEED);
                WellBehaved first = new WellBehaved(running, Generation.V1, "192.0.2.1");
                WellBehaved second = new WellBehaved(running, Generation.V0_6, "192.0.2.2")) {
            Thread capture = start("capture", () -> capture(running, first, second));
            long heapMib = heapMib();
            List<Thread> hostile = new ArrayList<>();
            List<Peer> idle = idle(running);
            for (int attacker = 0; attacker < ATTACKERS; attacker++) {
                Random random = new Random(attacker);
                hostile.add(start("attacker " + attacker, () -> attack(running, random)));
            }
            join(hostile);
            awaitAnOverflow(running);
            running.await(
                    "a thousand sessions of each that behaves",
                    () -> first.finished() > WELL_BEHAVED_SESSIONS && second.finished() > WELL_BEHAVED_SESSIONS);
            long heapUnderAttackMib = heapMib();
            first.finish();
            second.finish();
            capture.interrupt();
            join(List.of(capture));
            for (Peer peer : idle) {
                peer.close();
            }
            running.await(
                    "the end of all hostile tunnels",
                    () -> running.server.tunnels().size() == 2);

            print(running, first, second, heapMib, heapUnderAttackMib);
            assertEquals("", first.complaint());
            assertEquals("", second.complaint());
            assertTrue(running.thread.isAlive(), "the server's thread");
            assertEquals(packets, running.statistics.packets(), "each packet was counted once");
            assertEquals(0, running.count(Counter.HANDLER_ERROR));
            assertTrue(running.sessions.size() <= MAX_SESSIONS);
            assertTrue(heapUnderAttackMib - heapMib < MAX_HEAP_GROWTH_MIB, "the heap grew by too much");
            assertLogIsBounded(running);
            assertEveryBoundWasReached(running);
        }
        long left = openDescriptors() - descriptors;
        assertTrue(left < SPARE_DESCRIPTORS, left + " descriptors left open");
    }

    /** The attacks last for a time, in which a busy machine may not fill a tunnel. */
    private static void awaitAnOverflow(RunningServer running) throws IOException {
        try (Peer peer = new Peer(running.address(), "127.0.0.66")) {
            HostilePeer.getStuck(peer, LAST_STUCK_PORT);
            running.await("a tunnel that is full", () -> running.count(Counter.TUNNEL_OVERFLOW) > 0);
            HostilePeer.STUCK_PORTS.remove(LAST_STUCK_PORT);
        }
    }

    private static Queue<HostilePeer> attacks() {
        List<HostilePeer> attacks = new ArrayList<>();
        for (int i = 0; i < ATTACKS_OF_EACH_KIND; i++) {
            attacks.addAll(List.of(HostilePeer.values()));
        }
        Collections.shuffle(attacks, new Random(7));
        return new ConcurrentLinkedQueue<>(attacks);
    }

    private void capture(RunningServer running, WellBehaved... clients) {
        Random random = new Random(99);
        while (!Thread.currentThread().isInterrupted()) {
            int batch = 0;
            for (WellBehaved client : clients) {
                batch += answer(running, client);
            }
            for (int port : HostilePeer.STUCK_PORTS) {
                batch += stuck(running, port);
            }
            running.onPacket(garbage(random));
            packets += batch + 1;
            running.endOfBatch();
            LockSupport.parkNanos(PACE_NS);
        }
    }

    private static int answer(RunningServer running, WellBehaved client) {
        int count = 0;
        while (count < CaptureLoop.BATCH_LIMIT / 4 && !client.responses.isEmpty()) {
            running.onPacket(client.responses.remove());
            count++;
        }
        return count;
    }

    private static int stuck(RunningServer running, int port) {
        ByteBuffer response = new PacketBuilder()
                .to("203.0.113.7", port)
                .from("198.51.100.1", 8080)
                .toBuffer();
        for (int i = 0; i < CaptureLoop.BATCH_LIMIT; i++) {
            running.onPacket(response);
        }
        running.endOfBatch();
        return CaptureLoop.BATCH_LIMIT;
    }

    private static ByteBuffer garbage(Random random) {
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[0] = 0x45;
        }
        return ByteBuffer.wrap(bytes);
    }

    private void attack(RunningServer running, Random random) {
        for (HostilePeer attack = attacks.poll(); attack != null; attack = attacks.poll()) {
            try {
                attack.attack(running.address(), random);
            } catch (IOException e) {
                // Closed in the middle of it: what else should the server do.
            }
        }
    }

    private static List<Peer> idle(RunningServer running) throws IOException {
        List<Peer> idle = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            idle.add(new Peer(running.address(), "127.0.0.77"));
        }
        return idle;
    }

    private void print(RunningServer running, WellBehaved first, WellBehaved second, long heapMib, long attackedMib) {
        System.out.println("hostile peers: " + running.seconds() / 60 + " minutes of the server's");
        System.out.println("hostile peers: " + (first.finished() + second.finished())
                + " well-behaved sessions served; heap " + heapMib + " to " + attackedMib
                + " MiB; the longest wait for a SYN/ACK " + Math.max(first.longestWaitMs(), second.longestWaitMs())
                + " ms; " + running.logger.lines.size() + " log lines");
        System.out.println("hostile peers: " + running.statistics.line());
    }

    private static void assertLogIsBounded(RunningServer running) {
        List<String> lines = running.lines("");
        long minutes = 1 + running.seconds() / 60;
        assertTrue(
                lines.size() < MAX_LOG_LINES_AT_FIRST + KINDS_OF_LOG_LINES * (LOG_LINES_OF_A_KIND + minutes),
                lines.size() + " lines in " + minutes + " minutes");
        for (String line : lines) {
            assertTrue(line.length() < 400, line);
            assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 0x7f), line);
            assertTrue(!line.contains("please report"), line);
        }
    }

    private static void assertEveryBoundWasReached(RunningServer running) {
        for (Counter counter : List.of(
                Counter.BAD_RECORDS,
                Counter.TUNNELS_REFUSED,
                Counter.TUNNEL_OVERFLOW,
                Counter.EVICTED,
                Counter.MALFORMED)) {
            assertTrue(running.count(counter) > 0, counter.label());
        }
    }

    private static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.start();
        return thread;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(120));
            assertTrue(!thread.isAlive(), thread.getName());
        }
    }

    /** What is live after a collection. */
    private static long heapMib() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }

    private static int openDescriptors() {
        return new File("/proc/self/fd").list().length;
    }
}
