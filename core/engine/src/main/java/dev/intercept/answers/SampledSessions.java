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

    final long[] clients = new long[SLOTS];
    final long[] targets = new long[SLOTS];
    final long[] seenNs = new long[SLOTS];

    /** What the sample took one of when the session began. */
    private final int[] oneIn = new int[SLOTS];

    /** The sequence number after the last byte that was seen. */
    final int[] nextSequence = new int[SLOTS];

    final int[] acknowledged = new int[SLOTS];

    /** The right edge of the window: acknowledgement number and the room that is offered. */
    final int[] windowEdge = new int[SLOTS];

    /** When a request was acknowledged that no data answered yet; 0 for none. */
    final long[] requestNs = new long[SLOTS];

    /** Bytes of data and TCP options in a segment at most. */
    final int[] segmentBytes = new int[SLOTS];

    /** Whether the client has sent data that no data answered yet. */
    final boolean[] hasRequest = new boolean[SLOTS];

    final byte[] windowScale = new byte[SLOTS];
    final boolean[] answered = new boolean[SLOTS];

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
            if (clients[slot] == client && targets[slot] == target) {
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
            if (clients[slot] == 0) {
                take(slot, client, target, nowNs);
                return slot;
            }
        }
        return NONE;
    }

    private void take(int slot, long client, long target, long nowNs) {
        clients[slot] = client;
        targets[slot] = target;
        seenNs[slot] = nowNs;
        oneIn[slot] = sampling.oneIn();
        requestNs[slot] = 0;
        hasRequest[slot] = false;
        answered[slot] = false;
        statusBytes[slot] = 0;
        speaksHttp[slot] = false;
        used++;
        begun++;
    }

    /** For how many sessions it stands. */
    int weight(int slot) {
        return Math.max(oneIn[slot], sampling.oneIn());
    }

    void end(int slot) {
        clients[slot] = 0;
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
            if (clients[slot] != 0 && !sampling.takes(Sampling.hash(clients[slot]))) {
                end(slot);
            }
        }
    }

    private void sweep(long nowNs) {
        for (int i = 0; i < SWEPT; i++) {
            swept = swept + 1 & SLOTS - 1;
            if (clients[swept] != 0 && nowNs - seenNs[swept] > IDLE_NS) {
                end(swept);
            }
        }
    }
}
