package dev.intercept.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * TCP ports that something was seen of, each remembered for ever.
 *
 * <p>Thread rule: one thread adds, which costs a nanosecond and allocates nothing; any thread reads.
 */
public final class PortSet {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PORTS = 1 << Character.SIZE;

    private final long[] words = new long[PORTS / Long.SIZE];

    /** @param port 0 to 65535 */
    public void add(int port) {
        int index = port >>> 6;
        long word = words[index];
        if ((word >>> port & 1) == 0) {
            LONGS.setOpaque(words, index, word | 1L << port);
        }
    }

    /** Those added so far. */
    public BitSet toBitSet() {
        long[] copy = new long[words.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (long) LONGS.getOpaque(words, i);
        }
        return BitSet.valueOf(copy);
    }
}
