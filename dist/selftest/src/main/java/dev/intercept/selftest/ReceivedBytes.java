package dev.intercept.selftest;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which bytes of the target's stream have been seen, in whatever order their headers came: RFC 9293, 3.10.7.4. Positions
 * count from the target's first payload byte and do not wrap.
 */
final class ReceivedBytes {

    /** What arrived behind a gap: end by start. Bounded by the window that the client offers. */
    private final TreeMap<Long, Long> ahead = new TreeMap<>();

    private final int firstSequence;
    private long inOrder;

    /** @param firstSequence the sequence number of the first payload byte */
    ReceivedBytes(int firstSequence) {
        this.firstSequence = firstSequence;
    }

    /** Bytes received without a gap since the beginning. */
    long inOrder() {
        return inOrder;
    }

    /** The sequence number to acknowledge, FIN not counted. */
    int nextSequence() {
        return firstSequence + (int) inOrder;
    }

    /** The position of a sequence number that is less than 2 GiB away from {@link #nextSequence}. */
    long position(int sequence) {
        return inOrder + (sequence - nextSequence());
    }

    /** Takes the bytes of one segment: new ones, ones seen before, or both. */
    void add(int sequence, int bytes) {
        if (bytes == 0) {
            return;
        }
        long start = position(sequence);
        ahead.merge(start, start + bytes, Math::max);
        Map.Entry<Long, Long> first = ahead.firstEntry();
        while (first != null && first.getKey() <= inOrder) {
            inOrder = Math.max(inOrder, first.getValue());
            ahead.remove(first.getKey());
            first = ahead.firstEntry();
        }
    }
}
