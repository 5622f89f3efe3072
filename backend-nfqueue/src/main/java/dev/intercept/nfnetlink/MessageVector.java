package dev.intercept.nfnetlink;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Slots for datagrams, each with its {@code struct mmsghdr}, recvmmsg(2). W is the size of a pointer, 4 or 8 bytes.
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
 */
public final class MessageVector {

    private static final int WORD_BYTES = Native.POINTER_SIZE;
    private static final int HEADER_BYTES = 8 * WORD_BYTES;
    private static final int IOV_OFFSET = 2 * WORD_BYTES;
    private static final int IOV_COUNT_OFFSET = 3 * WORD_BYTES;
    private static final int LENGTH_OFFSET = 7 * WORD_BYTES;
    private static final int IOVEC_BYTES = 2 * WORD_BYTES;
    private static final int IOVEC_LENGTH_OFFSET = WORD_BYTES;

    private final int slots;
    private final int slotBytes;
    private final NativeBlock headers;
    private final NativeBlock vectors;
    private final NativeBlock data;
    private final Pointer[] headerPointers;

    /**
     * @param slots datagrams that fit, at least 1
     * @param slotBytes the longest datagram that fits; rounded up to a multiple of 8
     */
    public MessageVector(int slots, int slotBytes) {
        this.slots = slots;
        this.slotBytes = (slotBytes + 7) & ~7;
        headers = new NativeBlock(slots * HEADER_BYTES);
        vectors = new NativeBlock(slots * IOVEC_BYTES);
        data = new NativeBlock(slots * this.slotBytes);
        headerPointers = new Pointer[slots];
        for (int slot = 0; slot < slots; slot++) {
            wire(slot);
        }
    }

    private void wire(int slot) {
        headerPointers[slot] = headers.pointer().share((long) slot * HEADER_BYTES);
        putWord(headers, slot * HEADER_BYTES + IOV_OFFSET, vectors.address() + (long) slot * IOVEC_BYTES);
        putWord(headers, slot * HEADER_BYTES + IOV_COUNT_OFFSET, 1);
        putWord(vectors, slot * IOVEC_BYTES, data.address() + offset(slot));
        putWord(vectors, slot * IOVEC_BYTES + IOVEC_LENGTH_OFFSET, slotBytes);
    }

    private static void putWord(NativeBlock block, int at, long word) {
        if (WORD_BYTES == Long.BYTES) {
            block.buffer().putLong(at, word);
        } else {
            block.buffer().putInt(at, (int) word);
        }
    }

    public int slots() {
        return slots;
    }

    /** The memory of all slots. */
    public ByteBuffer data() {
        return data.buffer();
    }

    /** Where in {@link #data} a slot begins. */
    public int offset(int slot) {
        return slot * slotBytes;
    }

    /** Bytes of the datagram in a slot. */
    public int length(int slot) {
        return headers.buffer().getInt(slot * HEADER_BYTES + LENGTH_OFFSET);
    }

    void setLength(int slot, int bytes) {
        headers.buffer().putInt(slot * HEADER_BYTES + LENGTH_OFFSET, bytes);
    }

    /** For sending: how many bytes of a slot go out. */
    void setDataLength(int slot, int bytes) {
        putWord(vectors, slot * IOVEC_BYTES + IOVEC_LENGTH_OFFSET, bytes);
    }

    /** The {@code struct mmsghdr}, which begins with a {@code struct msghdr}, of a slot. */
    Pointer header(int slot) {
        return headerPointers[slot];
    }
}
