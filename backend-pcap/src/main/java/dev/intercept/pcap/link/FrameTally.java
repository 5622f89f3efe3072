package dev.intercept.pcap.link;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the frames that carry no IP packet, by link type and by what they carry. Has room for {@link #KINDS} kinds; more
 * are counted together.
 *
 * <p>Thread rule: {@link #count} by one thread, all else by any.
 */
public final class FrameTally {

    static final int KINDS = 64;

    private static final int VALUE_BITS = 16;

    /** What all further kinds are counted as. */
    private static final int REST = KINDS;

    private final long[] keys = new long[KINDS];
    private final AtomicLongArray counts = new AtomicLongArray(KINDS + 1);
    private volatile int kinds;
    private volatile long notUnderstood;

    void count(int linkType, FrameKind kind, int value) {
        long key = (long) linkType << 32 | (long) kind.ordinal() << VALUE_BITS | value & 0xffff;
        int slot = slot(key);
        counts.lazySet(slot, counts.get(slot) + 1);
        if (!kind.isHarmless(value)) {
            notUnderstood = notUnderstood + 1;
        }
    }

    private int slot(long key) {
        int known = kinds;
        for (int slot = 0; slot < known; slot++) {
            if (keys[slot] == key) {
                return slot;
            }
        }
        if (known == KINDS) {
            return REST;
        }
        keys[known] = key;
        kinds = known + 1;
        return known;
    }

    /** How many kinds were seen, at most {@link #KINDS}. */
    public int kinds() {
        return kinds;
    }

    /** Frames of which it is not known that they carry no IPv4. */
    public long notUnderstood() {
        return notUnderstood;
    }

    /** For example {@code "12 of link type 1 with EtherType 0x88f5"}. */
    public String text(int slot) {
        return counts.get(slot) + " of link type " + (keys[slot] >> 32) + ": "
                + kind(slot).text((int) keys[slot] & 0xffff);
    }

    /** Whether such frames are known to carry no IPv4: ARP, LLDP, spanning tree and the like. */
    public boolean isHarmless(int slot) {
        return kind(slot).isHarmless((int) keys[slot] & 0xffff);
    }

    private FrameKind kind(int slot) {
        return FrameKind.values()[(int) (keys[slot] >> VALUE_BITS) & 0xffff];
    }

    /** Frames of the kinds beyond {@link #KINDS}. */
    public long ofFurtherKinds() {
        return counts.get(REST);
    }
}
