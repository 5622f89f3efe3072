package dev.intercept.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which ports something happens on most, in a bounded place: 16 sets of 4 entries. A port that finds its set full takes
 * one off the least of the four and replaces it at zero, so what is frequent stays and what is rare comes and goes
 * (Misra and Gries, 1982).
 *
 * <p>Thread rule: one thread counts, which costs some nanoseconds and allocates nothing; any thread reads and may see an
 * entry that is just being replaced.
 */
public final class PortTally {

    /** One port: how often at least, and the address that came with it last. */
    public record Entry(int port, int address, long count) {}

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int WAYS = 4;
    private static final int SETS = 16;
    private static final int PORT_BITS = 17;
    private static final int HASH = 0x9E3779B1;

    /** Address in the upper half, port in the lower; 0 for an empty entry. */
    private final long[] ends = new long[SETS * WAYS];

    private final long[] counts = new long[SETS * WAYS];

    /** @param port 1 to 2^17 - 1: a TCP port, or a port with a mark above its 16 bits */
    public void count(int port, int address) {
        int set = (port * HASH >>> 28) * WAYS;
        int least = set;
        for (int i = set; i < set + WAYS; i++) {
            if (counts[i] != 0 && portOf(ends[i]) == port) {
                put(i, port, address, counts[i] + 1);
                return;
            }
            if (counts[i] < counts[least]) {
                least = i;
            }
        }
        if (counts[least] > 0) {
            LONGS.setOpaque(counts, least, counts[least] - 1);
        } else {
            put(least, port, address, 1);
        }
    }

    private void put(int index, int port, int address, long count) {
        LONGS.setOpaque(ends, index, (long) address << Integer.SIZE | port);
        LONGS.setOpaque(counts, index, count);
    }

    private static int portOf(long end) {
        return (int) end & (1 << PORT_BITS) - 1;
    }

    /** All that is there, the most frequent first. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            long count = (long) LONGS.getOpaque(counts, i);
            long end = (long) LONGS.getOpaque(ends, i);
            if (count > 0) {
                entries.add(new Entry(portOf(end), (int) (end >>> Integer.SIZE), count));
            }
        }
        entries.sort(Comparator.comparingLong(entry -> -entry.count()));
        return entries;
    }
}
