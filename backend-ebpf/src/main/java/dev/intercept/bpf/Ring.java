package dev.intercept.bpf;

import dev.intercept.netlink.SystemCallException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The consumer of a ring buffer, without system calls. kernel/bpf/ringbuf.c:
 *
 * <pre>
 *   page 0      consumer position u64   written here
 *   page 1      producer position u64   written by the kernel
 *   page 2 …    the data, mapped twice in a row: no record wraps
 *
 *   record, at a multiple of 8
 *    0   length u32   of the payload; bit 31: still being written, bit 30: discarded
 *    4   page offset u32
 *    8   payload
 * </pre>
 *
 * <p>Positions grow for ever. Thread rule: one thread.
 */
public final class Ring implements AutoCloseable {

    private static final VarHandle INT64 = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT32 = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int HEADER_BYTES = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private final MappedMemory consumer;
    private final MappedMemory producer;
    private final int page;
    private final int mask;
    private long position;

    /** As it was last read: the kernel writes its memory for each record, so it is read again only once all are taken. */
    private long end;

    private int payload;

    /** @param bytes as the ring was made with */
    public Ring(BpfMap ring, int bytes) throws SystemCallException {
        page = Bpf.pageBytes();
        mask = bytes - 1;
        consumer = MappedMemory.of(ring, 0, page, true);
        try {
            producer = MappedMemory.of(ring, page, page + 2L * bytes, false);
        } catch (SystemCallException e) {
            consumer.close();
            throw e;
        }
        position = (long) INT64.getVolatile(consumer.buffer(), 0);
        end = position;
    }

    /** What {@link #payload} is an offset of. */
    public ByteBuffer data() {
        return producer.buffer();
    }

    /** Goes to the next record that is written; false when there is none. What was before is not to be read any more. */
    public boolean next() {
        ByteBuffer data = producer.buffer();
        if (position == end) {
            end = (long) INT64.getAcquire(data, 0);
        }
        while (position < end) {
            int at = page + (int) (position & mask);
            int length = (int) INT32.getAcquire(data, at);
            if ((length & BUSY) != 0) {
                return false;
            }
            position += ((length & ~DISCARDED) + HEADER_BYTES + 7) & ~7;
            if ((length & DISCARDED) == 0) {
                payload = at + HEADER_BYTES;
                return true;
            }
        }
        return false;
    }

    /** Where the record's payload begins. */
    public int payload() {
        return payload;
    }

    /** Gives the kernel back the room of all records so far. */
    public void release() {
        INT64.setRelease(consumer.buffer(), 0, position);
    }

    @Override
    public void close() {
        consumer.close();
        producer.close();
    }
}
