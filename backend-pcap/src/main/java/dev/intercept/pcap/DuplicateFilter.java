package dev.intercept.pcap;

import java.nio.ByteBuffer;

/**
 * Recognises a packet that the device {@code any} shows again because it passed a second device: a VLAN and the device
 * below it, a bridge or bond and its members, both ends of a veth pair.
 *
 * <p>The same packet means: equal in all that neither a router nor checksum offload changes, within {@link #WINDOW_US}. TCP
 * retransmits later than that or with a new IP identification, so nothing that was sent twice is taken for one.
 *
 * <p>A table of {@link #SLOTS} slots, the newest packet of a slot stays: a duplicate behind thousands of other packets is
 * handed on, as every duplicate would be without this class. Thread rule: one thread; {@link #count} by any.
 */
final class DuplicateFilter {

    /** A minimal retransmission time-out is 200 ms; two devices see a packet microseconds apart, behind a full queue more. */
    static final long WINDOW_US = 10_000;

    static final int SLOTS = 4096;

    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int IDENTIFICATION_OFFSET = 4;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int ADDRESSES_OFFSET = 12;

    /** TCP's ports, sequence and acknowledgement number, data offset, flags and window. */
    private static final int TCP_OFFSET = 20;

    private static final int TCP_MIN_BYTES = 40;
    private static final int PROTOCOL_TCP = 6;

    /** 2^64 divided by the golden ratio, the usual multiplier of Fibonacci hashing. */
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long[] hashes = new long[SLOTS];
    private final long[] seenUs = new long[SLOTS];
    private volatile long count;

    /**
     * @param packet an IPv4 packet from position to limit; both stay
     * @param timestampUs when it was captured
     * @return false when the same packet was captured just before
     */
    boolean isNew(ByteBuffer packet, long timestampUs) {
        int at = packet.position();
        if (packet.remaining() < TCP_MIN_BYTES || packet.get(at + PROTOCOL_OFFSET) != PROTOCOL_TCP) {
            return true;
        }
        long hash = hash(packet, at);
        int slot = (int) (hash >>> 32) & SLOTS - 1;
        boolean seen = hashes[slot] == hash && Math.abs(timestampUs - seenUs[slot]) < WINDOW_US;
        hashes[slot] = hash;
        seenUs[slot] = timestampUs;
        if (seen) {
            count = count + 1;
        }
        return !seen;
    }

    /** How many packets were not new. */
    long count() {
        return count;
    }

    private static long hash(ByteBuffer packet, int at) {
        long hash = packet.getShort(at + TOTAL_LENGTH_OFFSET);
        hash = mixed(hash, packet.getInt(at + IDENTIFICATION_OFFSET));
        hash = mixed(hash, packet.getLong(at + ADDRESSES_OFFSET));
        hash = mixed(hash, packet.getLong(at + TCP_OFFSET));
        return mixed(hash, packet.getLong(at + TCP_OFFSET + Long.BYTES));
    }

    private static long mixed(long hash, long value) {
        long product = (hash ^ value) * MULTIPLIER;
        return product ^ product >>> 29;
    }
}
