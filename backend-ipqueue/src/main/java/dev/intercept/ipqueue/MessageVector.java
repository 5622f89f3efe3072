package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/**
 * The {@code struct mmsghdr[]} of recvmmsg(2) and sendmmsg(2) over the equal slots of one piece of memory, one datagram a
 * slot.
 *
 * <pre>
 *   in words   struct mmsghdr              struct iovec
 *   0          name                        base
 *   1          name length     (u32)       length
 *   2          iov
 *   3          iov length
 *   4          control
 *   5          control length
 *   6          flags           (u32)
 *   7          received bytes  (u32)
 *   8          next
 * </pre>
 *
 * Memory: the headers of all slots, then their iovecs, then the slots.
 */
final class MessageVector {

    private static final int HEADER_WORDS = 8;
    private static final int IOV_WORD = 2;
    private static final int IOV_LENGTH_WORD = 3;
    private static final int RECEIVED_WORD = 7;
    private static final int IOVEC_WORDS = 2;
    private static final int SLOT_ALIGNMENT = 64;

    private final WordSize word;
    private final int slots;
    private final int slotBytes;
    private final int slotStride;
    private final int firstSlot;
    private final ByteBuffer memory;
    private final long address;

    /** @param slotBytes the longest datagram; what is longer is cut */
    MessageVector(WordSize word, int slots, int slotBytes) {
        this.word = word;
        this.slots = slots;
        this.slotBytes = slotBytes;
        slotStride = align(slotBytes);
        firstSlot = align(slots * (HEADER_WORDS + IOVEC_WORDS) * word.bytes());
        memory = Native.allocate(firstSlot + slots * slotStride);
        address = Native.address(memory);
        for (int slot = 0; slot < slots; slot++) {
            pointAtSlot(slot);
        }
    }

    private void pointAtSlot(int slot) {
        int iovec = (slots * HEADER_WORDS + slot * IOVEC_WORDS) * word.bytes();
        word.put(memory, iovec, address + slotOffset(slot));
        word.put(memory, iovec + word.bytes(), slotBytes);
        int header = headerOffset(slot);
        word.put(memory, header + IOV_WORD * word.bytes(), address + iovec);
        word.put(memory, header + IOV_LENGTH_WORD * word.bytes(), 1);
    }

    int slots() {
        return slots;
    }

    int slotBytes() {
        return slotBytes;
    }

    ByteBuffer memory() {
        return memory;
    }

    /** Where a slot's datagram begins in {@link #memory}. */
    int slotOffset(int slot) {
        return firstSlot + slot * slotStride;
    }

    long slotAddress(int slot) {
        return address + slotOffset(slot);
    }

    /** The {@code struct mmsghdr} of a slot; those of the next slots follow. */
    long headerAddress(int slot) {
        return address + headerOffset(slot);
    }

    /** Bytes of the datagram in this slot. */
    int receivedBytes(int slot) {
        return memory.getInt(headerOffset(slot) + RECEIVED_WORD * word.bytes());
    }

    void setReceivedBytes(int slot, int bytes) {
        memory.putInt(headerOffset(slot) + RECEIVED_WORD * word.bytes(), bytes);
    }

    private int headerOffset(int slot) {
        return slot * HEADER_WORDS * word.bytes();
    }

    private static int align(int bytes) {
        return (bytes + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
    }
}
