package dev.intercept.answers;

import dev.intercept.stats.Histogram;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One lane's counts and delays, by the port of the target. The first {@value #MAX_PORTS} ports have a row of their own, all
 * others share the last, {@link #OTHERS}.
 *
 * <p>Thread rule: the capture thread counts, any thread reads and may be a moment late.
 */
final class PortMeters {

    static final int MAX_PORTS = 16;

    /** The row of the ports beyond {@link #MAX_PORTS}. */
    static final int OTHERS = MAX_PORTS;

    /** From 16 µs to 16 s, each to its double in steps: what lies in one is known to a part in 32. */
    private static final long FIRST_BOUND_NS = 15_625;

    private static final int DOUBLINGS = 21;

    /** Of each doubling. */
    static final int STEPS = 32;

    private static final int COUNTS = AnswerCount.values().length;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] ports = new int[MAX_PORTS];
    private final long[] counts = new long[(MAX_PORTS + 1) * COUNTS];
    private final Histogram[][] delays = new Histogram[MAX_PORTS + 1][AnswerDelay.values().length];

    PortMeters() {
        for (Histogram[] row : delays) {
            for (int i = 0; i < row.length; i++) {
                row[i] = new Histogram(FIRST_BOUND_NS, DOUBLINGS, STEPS);
            }
        }
    }

    /** The row of a port, taken when it is first seen. A target has one port as a rule, so the search ends at once. */
    int row(int port) {
        for (int row = 0; row < MAX_PORTS; row++) {
            if (ports[row] == port) {
                return row;
            }
            if (ports[row] == 0) {
                INTS.setOpaque(ports, row, port);
                return row;
            }
        }
        return OTHERS;
    }

    void add(int row, AnswerCount count, long value) {
        int index = row * COUNTS + count.ordinal();
        LONGS.setOpaque(counts, index, counts[index] + value);
    }

    void record(int row, AnswerDelay delay, long ns) {
        delays[row][delay.ordinal()].record(Math.max(0, ns));
    }

    /** The port of a row, 0 for none and for {@link #OTHERS}. */
    int port(int row) {
        return row == OTHERS ? 0 : (int) INTS.getOpaque(ports, row);
    }

    long count(int row, AnswerCount count) {
        return (long) LONGS.getOpaque(counts, row * COUNTS + count.ordinal());
    }

    Histogram delays(int row, AnswerDelay delay) {
        return delays[row][delay.ordinal()];
    }
}
