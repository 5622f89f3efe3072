package dev.intercept.netlink;

import java.nio.ByteBuffer;

/**
 * The width of C's {@code long}, {@code size_t} and pointers, on which the layout of structures depends.
 */
public enum WordSize {
    BITS_64(8),
    BITS_32(4);

    private final int bytes;

    WordSize(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /** Reads an unsigned word; from 64 bits the value may look negative. */
    public long get(ByteBuffer memory, int offset) {
        return this == BITS_64 ? memory.getLong(offset) : memory.getInt(offset) & 0xffff_ffffL;
    }

    /** Writes the low bits of {@code value} that a word has. */
    public void put(ByteBuffer memory, int offset, long value) {
        if (this == BITS_64) {
            memory.putLong(offset, value);
        } else {
            memory.putInt(offset, (int) value);
        }
    }
}
