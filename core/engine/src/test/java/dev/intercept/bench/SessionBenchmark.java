package dev.intercept.bench;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * What sessions cost: memory, look-ups from a thousand to a million sessions, the longest stop while the table grows, and what a full
 * table does under a storm of ADDs. Prints a table for docs/benchmarks.md; takes about half a minute.
 */
public final class SessionBenchmark {

    private static final int[] SIZES = {1000, 10_000, 100_000, 1_000_000};
    private static final int LOOK_UPS = 2_000_000;
    private static final int ROUNDS = 7;
    private static final int TARGET = 0xc633_6401;
    private static final int TARGET_PORT = 8080;
    private static final int STORM_ADDS = 2_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final PrintStream out;
    private final Outlet[] tunnels = {new Sink(), new Sink(), new Sink(), new Sink()};
    private Counters counters;
    private SessionTable table;
    private int[] addresses;
    private int[] ports;
    private int nowS = 1;
    private long found;

    private static final class Sink implements Outlet {
        @Override
        public boolean forward(ResponsePacket response) {
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    }

    private SessionBenchmark(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        SessionBenchmark benchmark = new SessionBenchmark(System.out);
        benchmark.lookUps();
        benchmark.growth();
        benchmark.storm();
    }

    private void lookUps() {
        fill(100_000);
        for (int round = 0; round < ROUNDS; round++) {
            pass(round, 0);
        }
        out.println("| sessions | bytes a session | look-up ns | first of its second ns | miss ns |");
        out.println("|---|---|---|---|---|");
        for (int size : SIZES) {
            fill(size);
            pass(0, 0);
            out.printf(
                    "| %,d | %,d | %.0f | %.0f | %.0f |%n",
                    size, table.memoryBytes() / size, median(0, 0), median(1, 0), median(0, 1));
        }
    }

    private void fill(int size) {
        SplittableRandom random = new SplittableRandom(size);
        counters = new Counters();
        table = new SessionTable(SessionLimits.DEFAULTS, counters);
        addresses = random.ints(size).toArray();
        ports = random.ints(size, 1024, 65536).toArray();
        for (int session = 0; session < size; session++) {
            add(session);
        }
    }

    private void add(int session) {
        table.add(addresses[session], ports[session], TARGET, TARGET_PORT, tunnels[session & 3], nowS);
    }

    /**
     * @param secondsPassed before each round: 1 makes every first look-up of a session write its time
     * @param portChange 0 finds all, 1 finds none
     */
    private double median(int secondsPassed, int portChange) {
        double[] perLookUpNs = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            nowS += secondsPassed;
            int count = secondsPassed == 0 ? LOOK_UPS : Math.min(LOOK_UPS, addresses.length);
            long begunNs = cpuNs();
            lookUp(count, portChange);
            perLookUpNs[round] = (double) (cpuNs() - begunNs) / count;
        }
        Arrays.sort(perLookUpNs);
        return perLookUpNs[ROUNDS / 2];
    }

    private void pass(int secondsPassed, int portChange) {
        nowS += secondsPassed;
        lookUp(LOOK_UPS, portChange);
    }

    /** In the order of the ADDs, which is no order in the table: at a million sessions each look-up misses the caches. */
    private void lookUp(int count, int portChange) {
        int session = 0;
        for (int lookUp = 0; lookUp < count; lookUp++) {
            Outlet tunnel = table.find(addresses[session], ports[session], TARGET, TARGET_PORT + portChange, nowS);
            found += tunnel != null ? 1 : 0;
            session = session + 1 == addresses.length ? 0 : session + 1;
        }
    }

    /** CPU time of this thread: what others do on the machine should not count. */
    private static long cpuNs() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Asking for the time costs as much as an ADD: the average and the longest are from rounds of their own. */
    private void growth() {
        for (int round = 0; round < 4; round++) {
            boolean timeEach = round % 2 == 1;
            counters = new Counters();
            table = new SessionTable(SessionLimits.DEFAULTS, counters);
            print("growing to a million", addEach(addresses.length, timeEach, this::add), timeEach);
        }
    }

    private void storm() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 4; round++) {
            boolean timeEach = round % 2 == 1;
            long ns = addEach(STORM_ADDS, timeEach, number -> {
                nowS += number % 200_000 == 0 ? 1 : 0;
                table.add(random.nextInt(), 80, TARGET, TARGET_PORT, tunnels[0], nowS);
            });
            print("ADDs of new sessions at the bound", ns, timeEach);
        }
        out.printf("%,d sessions, %,d evicted%n", table.size(), counters.get(Counter.EVICTED));
        expiry();
    }

    /** @return the average, or the longest */
    private static long addEach(int count, boolean timeEach, IntConsumer add) {
        long longestNs = 0;
        long begunNs = cpuNs();
        for (int number = 0; number < count; number++) {
            long addBegunNs = timeEach ? cpuNs() : 0;
            add.accept(number);
            longestNs = timeEach ? Math.max(longestNs, cpuNs() - addBegunNs) : 0;
        }
        return timeEach ? longestNs : (cpuNs() - begunNs) / count;
    }

    private void print(String what, long ns, boolean longest) {
        out.printf(
                "%s: %s %,d ns, %,d bytes a session%n",
                what, longest ? "longest" : "average", ns, table.memoryBytes() / table.size());
    }

    private void expiry() {
        nowS += 300;
        long longestNs = 0;
        int calls = 0;
        for (; table.size() > 0; calls++) {
            long begunNs = cpuNs();
            table.expire(nowS);
            longestNs = Math.max(longestNs, cpuNs() - begunNs);
        }
        out.printf("a million sessions over at once: %d calls of expire, longest %.2f ms%n", calls, longestNs / 1e6);
        out.printf("(%d found)%n", found);
    }
}
