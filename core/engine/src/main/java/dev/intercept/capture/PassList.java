package dev.intercept.capture;

import dev.intercept.net.Cidr;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The destinations whose packets go through untouched ({@code -x}): health checkers, the user's own workstation.
 * Immutable; a look-up is a binary search over address ranges.
 */
public final class PassList {

    /** First addresses of the ranges, ascending as unsigned numbers; ranges neither overlap nor touch. */
    private final long[] firsts;

    private final long[] lasts;

    /** @param networks IPv4 only, in any order, overlapping or not */
    public PassList(List<Cidr> networks) {
        long[][] ranges = networks.stream()
                .map(PassList::range)
                .sorted(Comparator.comparingLong(range -> range[0]))
                .toArray(long[][]::new);
        long[] mergedFirsts = new long[ranges.length];
        long[] mergedLasts = new long[ranges.length];
        int count = 0;
        for (long[] range : ranges) {
            if (count > 0 && range[0] <= mergedLasts[count - 1] + 1) {
                mergedLasts[count - 1] = Math.max(mergedLasts[count - 1], range[1]);
            } else {
                mergedFirsts[count] = range[0];
                mergedLasts[count++] = range[1];
            }
        }
        firsts = Arrays.copyOf(mergedFirsts, count);
        lasts = Arrays.copyOf(mergedLasts, count);
    }

    private static long[] range(Cidr network) {
        if (!network.isIpv4()) {
            throw new IllegalArgumentException(network + " is not an IPv4 address: responses are IPv4");
        }
        long size = 1L << (Integer.SIZE - network.prefixBits());
        long address = Integer.toUnsignedLong(ByteBuffer.wrap(network.address()).getInt());
        long first = address & -size;
        return new long[] {first, first + size - 1};
    }

    /** @param address IPv4, as {@link dev.intercept.packet.ResponsePacket#destinationAddress} gives it */
    public boolean contains(int address) {
        if (firsts.length == 0) {
            return false;
        }
        long unsigned = Integer.toUnsignedLong(address);
        int index = Arrays.binarySearch(firsts, unsigned);
        return index >= 0 || index < -1 && unsigned <= lasts[-index - 2];
    }

    @Override
    public String toString() {
        return firsts.length == 0 ? "empty" : firsts.length + " ranges";
    }
}
