package dev.intercept.answers;

/**
 * What is remembered of the sessions that are looked at one by one: at most {@value #SLOTS} at a time, each from its SYN/ACK on. A
 * session that finds no room is left out, whatever it is like, so those that are in stand for all.
 *
 * <p>While more than half the room is taken, every second client goes and is left out from then on, and again after as many more;
 * while less than an eighth is taken, twice as many are let in. A session stays until then, until its end or a minute's silence.
 *
 * <p>Thread rule: the capture thread of one lane.
 */
final class SampledSessions {

    static final int SLOTS = 4096;

    static final int NONE = -1;
    static final long IDLE_NS = 60_000_000_000L;

    /** Slots looked at for one session. */
    private static final int PROBES = 8;

    /** Slots looked at for sessions that are silent, each time one comes: all of them in 512 sessions. */
    private static final int SWEPT = 8;

    private static final long CHANGE_NS = 1_000_000_000L;
    private static final int FULL = SLOTS / 2;
    private static final int EMPTY = SLOTS / 8;

    /** Fields of {@link #longs}: client and target as {@link Sampling#end} has them. */
    private static final int CLIENT = 0;

    private static final int TARGET = 1;
    private static final int SEEN_NS = 2;

    /** When a request was acknowledged that no data answered yet; 0 for none. */
    private static final int REQUEST_NS = 3;

    private static final int LONGS = 4;

    /** Fields of {@link #ints}: the sequence number after the last byte that was seen. */
    static final int NEXT_SEQUENCE = 0;

    static final int ACKNOWLEDGED = 1;

    /** The right edge of the window: acknowledgement number and the room that is offered. */
    static final int WINDOW_EDGE = 2;

    static final int WINDOW_SCALE = 3;

    /** Bytes of data and TCP options in a segment at most. */
    static final int SEGMENT_BYTES = 4;

    /** 1 where the client has sent data that no data answered yet, else 0. */
    static final int HAS_REQUEST = 5;

    /** 1 where any data was seen, else 0. */
    static final int ANSWERED = 6;

    /** What the sample took one of when the session began. */
    private static final int ONE_IN = 7;

    private static final int INTS = 8;

    /** Of one session next to each other: that is two lines of the processor's cache for a packet. */
    private final long[] longs = new long[SLOTS * LONGS];

    private final int[] ints = new int[SLOTS * INTS];

    /** How much of an HTTP status line the latest data ended with. */
    final byte[] statusBytes = new byte[SLOTS];

    /** The acknowledgement number of the latest HTTP response, readable or not. */
    final int[] responseTo = new int[SLOTS];

    final boolean[] speaksHttp = new boolean[SLOTS];

    private final Sampling sampling;
    private int used;
    private int swept;

    /** Sessions taken in since the rate was changed, and when that was. */
    private int begun;

    private long changedNs;

    SampledSessions(Sampling sampling) {
        this.sampling = sampling;
    }

    /** Where the session is, or {@link #NONE}. */
    int find(long client, long target, long hash) {
        for (int i = 0; i < PROBES; i++) {
            int slot = (int) hash + i & SLOTS - 1;
            if (longs[slot * LONGS + CLIENT] == client && longs[slot * LONGS + TARGET] == target) {
                return slot;
            }
        }
        return NONE;
    }

    /** Takes in a session that is not there, if it is to be sampled and there is room; else returns {@link #NONE}. */
    int begin(long client, long target, long hash, long nowNs) {
        sweep(nowNs);
        adapt(nowNs);
        if (!sampling.takes(hash)) {
            return NONE;
        }
        for (int i = 0; i < PROBES; i++) {
            int slot = (int) hash + i & SLOTS - 1;
            if (isFree(slot)) {
                take(slot, client, target, nowNs);
                return slot;
            }
        }
        return NONE;
    }

    private void take(int slot, long client, long target, long nowNs) {
        longs[slot * LONGS + CLIENT] = client;
        longs[slot * LONGS + TARGET] = target;
        seen(slot, nowNs);
        requestNs(slot, 0);
        set(slot, HAS_REQUEST, 0);
        set(slot, ANSWERED, 0);
        set(slot, ONE_IN, sampling.oneIn());
        statusBytes[slot] = 0;
        speaksHttp[slot] = false;
        used++;
        begun++;
    }

    /** For how many sessions it stands. */
    int weight(int slot) {
        return Math.max(get(slot, ONE_IN), sampling.oneIn());
    }

    /** A field of {@link #ints}. */
    int get(int slot, int field) {
        return ints[slot * INTS + field];
    }

    void set(int slot, int field, int value) {
        ints[slot * INTS + field] = value;
    }

    long requestNs(int slot) {
        return longs[slot * LONGS + REQUEST_NS];
    }

    void requestNs(int slot, long ns) {
        longs[slot * LONGS + REQUEST_NS] = ns;
    }

    /** Some packet of it. */
    void seen(int slot, long ns) {
        longs[slot * LONGS + SEEN_NS] = ns;
    }

    private boolean isFree(int slot) {
        return longs[slot * LONGS + CLIENT] == 0;
    }

    void end(int slot) {
        longs[slot * LONGS + CLIENT] = 0;
        used--;
    }

    private void adapt(long nowNs) {
        if (used > FULL && begun >= FULL) {
            change(1, nowNs);
            dropOthers();
        } else if (used < EMPTY && sampling.bits() > 0 && (begun >= EMPTY || nowNs - changedNs > CHANGE_NS)) {
            change(-1, nowNs);
        }
    }

    private void change(int bits, long nowNs) {
        sampling.setBits(sampling.bits() + bits);
        begun = 0;
        changedNs = nowNs;
    }

    private void dropOthers() {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (!isFree(slot) && !sampling.takes(Sampling.hash(longs[slot * LONGS + CLIENT]))) {
                end(slot);
            }
        }
    }

    private void sweep(long nowNs) {
        for (int i = 0; i < SWEPT; i++) {
            swept = swept + 1 & SLOTS - 1;
            if (!isFree(swept) && nowNs - longs[swept * LONGS + SEEN_NS] > IDLE_NS) {
                end(swept);
            }
        }
    }
}
