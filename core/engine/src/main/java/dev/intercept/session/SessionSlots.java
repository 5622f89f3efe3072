package dev.intercept.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Sessions side by side in one array without an object for any: a hash table with open addressing and linear probing, each
 * slot of 24 bytes.
 *
 * <pre>
 *   word 0   client address(32)  client port(16)  target port(16)
 *   word 1   target address(32)  tunnel id(32), 0 where the slot is empty
 *   word 2   {@link SessionState}
 * </pre>
 *
 * <p>Thread rule: one thread changes it, under its segment's lock. Others may read and {@link #exchangeState} at any time, and
 * then ask the lock whether what they saw was true; whatever they meet here, they come to an end.
 */
final class SessionSlots {

    /** No room at all: what a segment has before its first session. */
    static final SessionSlots NONE = new SessionSlots(1);

    static final int NO_SLOT = -1;

    private static final int WORDS = 3;
    private static final int KEY = 0;
    private static final int ROUTE = 1;
    private static final int STATE = 2;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;
    private final int mask;

    /** @param capacity a power of two; at least one slot must stay empty */
    SessionSlots(int capacity) {
        words = new long[capacity * WORDS];
        mask = capacity - 1;
    }

    int capacity() {
        return mask + 1;
    }

    long memoryBytes() {
        return (long) words.length * Long.BYTES;
    }

    int find(long client, long target, long hash) {
        long key = keyWord(client, target);
        int address = SessionKey.address(target);
        int slot = (int) hash & mask;
        for (int probes = 0; probes <= mask; probes++) {
            long route = words[slot * WORDS + ROUTE];
            if ((int) route == OutletRegistry.NO_ID) {
                return NO_SLOT;
            }
            if (words[slot * WORDS + KEY] == key && (int) (route >>> 32) == address) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return NO_SLOT;
    }

    void insert(long client, long target, int id, long state) {
        long route = (long) SessionKey.address(target) << 32 | id;
        insert(keyWord(client, target), route, state);
    }

    private void insert(long key, long route, long state) {
        int slot = SessionState.fingerprint(state) & mask;
        while (!isEmpty(slot)) {
            slot = slot + 1 & mask;
        }
        set(slot, key, route, state);
    }

    /** Fills the hole with the next session that may stand there, then that one's, so that every probe still finds its own. */
    void remove(int slot) {
        int hole = slot;
        for (int next = hole + 1 & mask; !isEmpty(next); next = next + 1 & mask) {
            int home = SessionState.fingerprint(state(next)) & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                set(hole, words[next * WORDS + KEY], words[next * WORDS + ROUTE], state(next));
                hole = next;
            }
        }
        set(hole, 0, 0, 0);
    }

    void copyTo(SessionSlots larger) {
        for (int slot = 0; slot <= mask; slot++) {
            if (!isEmpty(slot)) {
                larger.insert(words[slot * WORDS + KEY], words[slot * WORDS + ROUTE], state(slot));
            }
        }
    }

    boolean isEmpty(int slot) {
        return id(slot) == OutletRegistry.NO_ID;
    }

    long client(int slot) {
        return words[slot * WORDS + KEY] >>> 16;
    }

    long target(int slot) {
        return words[slot * WORDS + ROUTE] >>> 32 << 16 | words[slot * WORDS + KEY] & 0xffff;
    }

    int id(int slot) {
        return (int) words[slot * WORDS + ROUTE];
    }

    void setId(int slot, int id) {
        long address = words[slot * WORDS + ROUTE] >>> 32;
        words[slot * WORDS + ROUTE] = address << 32 | id;
    }

    long state(int slot) {
        return (long) WORD.getOpaque(words, slot * WORDS + STATE);
    }

    void setState(int slot, long state) {
        WORD.setOpaque(words, slot * WORDS + STATE, state);
    }

    /** Sets the state if it is still the expected one; else somebody else was quicker, and what they set is as good. */
    void exchangeState(int slot, long expected, long state) {
        WORD.compareAndSet(words, slot * WORDS + STATE, expected, state);
    }

    private void set(int slot, long key, long route, long state) {
        words[slot * WORDS + KEY] = key;
        words[slot * WORDS + ROUTE] = route;
        setState(slot, state);
    }

    private static long keyWord(long client, long target) {
        return client << 16 | SessionKey.port(target);
    }
}
