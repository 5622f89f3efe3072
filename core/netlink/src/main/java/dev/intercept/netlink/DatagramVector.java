package dev.intercept.netlink;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * Slots for datagrams in one piece of memory, each with its {@code struct mmsghdr}, recvmmsg(2) and sendmmsg(2). W is the size
 * of a pointer, 4 or 8 bytes.
 *
 * <pre>
 *   struct mmsghdr, 8 W                                   struct iovec, 2 W
 *    0 W   msg_name        NULL                            0 W   iov_base    the slot's data
 *    1 W   msg_namelen     0                               1 W   iov_len     bytes of a slot
 *    2 W   msg_iov         the slot's iovec
 *    3 W   msg_iovlen      1
 *    4 W   msg_control     NULL
 *    5 W   msg_controllen  0
 *    6 W   msg_flags       (4 bytes) MSG_TRUNC: the datagram was longer than the slot
 *    7 W   msg_len         (4 bytes) bytes of the datagram in the slot
 * </pre>
 *
 * Memory: the slots, then the headers of all slots, then their iovecs.
 */
public final class DatagramVector {

    private static final int HEADER_WORDS = 8;
    private static final int IOV_WORD = 2;
    private static final int IOV_COUNT_WORD = 3;
    private static final int LENGTH_WORD = 7;
    private static final int IOVEC_WORDS = 2;
    private static final int SLOT_ALIGNMENT_BYTES = 64;

    private final WordSize word;
    private final int slots;
    private final int slotBytes;
    private final NativeMemory memory;
    private final ByteBuffer data;
    private final NativeMemory[] headers;

    /**
     * @param slots datagrams that fit, at least 1
     * @param slotBytes the longest datagram that fits; what is longer is cut. Rounded up to a multiple of 64
     */
    public DatagramVector(SystemCalls calls, int slots, int slotBytes) {
        this(calls.wordSize(), calls::allocate, slots, slotBytes);
    }

    DatagramVector(WordSize word, IntFunction<NativeMemory> allocator, int slots, int slotBytes) {
        this.word = word;
        this.slots = slots;
        this.slotBytes = (slotBytes + SLOT_ALIGNMENT_BYTES - 1) & -SLOT_ALIGNMENT_BYTES;
        memory = allocator.apply(slots * (this.slotBytes + (HEADER_WORDS + IOVEC_WORDS) * word.bytes()));
        data = memory.buffer();
        headers = new NativeMemory[slots];
        for (int slot = 0; slot < slots; slot++) {
            headers[slot] = memory.at(headerOffset(slot));
            wire(slot);
        }
    }

    private void wire(int slot) {
        int header = headerOffset(slot);
        word.put(data, header + IOV_WORD * word.bytes(), memory.address() + iovecOffset(slot));
        word.put(data, header + IOV_COUNT_WORD * word.bytes(), 1);
        word.put(data, iovecOffset(slot), memory.address() + offset(slot));
        setCapacity(slot, slotBytes);
    }

    private int headerOffset(int slot) {
        return slots * slotBytes + slot * HEADER_WORDS * word.bytes();
    }

    private int iovecOffset(int slot) {
        return headerOffset(slots) + slot * IOVEC_WORDS * word.bytes();
    }

    public int slots() {
        return slots;
    }

    /** The memory of all slots. */
    public ByteBuffer data() {
        return data;
    }

    /** Where in {@link #data} a slot begins. */
    public int offset(int slot) {
        return slot * slotBytes;
    }

    /** Bytes of the datagram in a slot, never more than the slot has. */
    public int length(int slot) {
        return Math.min(slotBytes, data.getInt(headerOffset(slot) + LENGTH_WORD * word.bytes()));
    }

    /** Says how long a datagram is that came otherwise than by recvmmsg(2). */
    public void setLength(int slot, int bytes) {
        data.putInt(headerOffset(slot) + LENGTH_WORD * word.bytes(), bytes);
    }

    /** For sending: how many bytes of a slot go out. */
    public void setCapacity(int slot, int bytes) {
        word.put(data, iovecOffset(slot) + word.bytes(), bytes);
    }

    /** The {@code struct mmsghdr}, which begins with a {@code struct msghdr}, of a slot; those of the next slots follow. */
    NativeMemory header(int slot) {
        return headers[slot];
    }
}
