package dev.intercept.selftest;

import dev.intercept.tcpcopy.TunnelFormat;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * tcpcopy's reading side of one tunnel: cuts the byte stream into batches and messages. One thread.
 *
 * <pre>
 *   combined:  count (2, big-endian)  message × count  count …
 *   else:      message  message …
 * </pre>
 */
final class BatchReader {

    private static final int COUNT_BYTES = 2;

    private final TunnelFormat format;
    private int leftInBatch;
    private long messages;

    BatchReader(TunnelFormat format) {
        this.format = format;
    }

    /** Messages read so far. */
    long messages() {
        return messages;
    }

    /**
     * Hands on every whole message between position and limit; the position moves behind what was taken.
     *
     * @throws IllegalStateException when a count is above what this generation takes: tcpcopy would close the tunnel
     */
    void read(ByteBuffer in, Consumer<TargetSegment> handler) {
        while (hasMessage(in)) {
            handler.accept(TargetSegment.read(in, in.position()));
            in.position(in.position() + format.messageBytes());
            leftInBatch--;
            messages++;
        }
    }

    private boolean hasMessage(ByteBuffer in) {
        while (leftInBatch <= 0) {
            if (!format.combined()) {
                leftInBatch = 1;
            } else if (in.remaining() >= COUNT_BYTES) {
                leftInBatch = checked(in.getShort() & 0xffff);
            } else {
                return false;
            }
        }
        return in.remaining() >= format.messageBytes();
    }

    private int checked(int count) {
        if (count > format.batchLimit()) {
            throw new IllegalStateException("a batch of " + count + " messages; " + format.describe());
        }
        return count;
    }
}
