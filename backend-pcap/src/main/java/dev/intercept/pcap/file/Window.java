package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The part of a capture file that is in memory: what was read and not yet stepped over. It grows when a record needs more, up
 * to {@link #MAX_BYTES}, so that memory follows the records there are. Thread rule: one thread.
 */
final class Window {

    /** Longer than any frame that is captured: BIG TCP's are of half a megabyte at most. */
    static final int MAX_BYTES = 4 << 20;

    private static final int FIRST_BYTES = 256 << 10;

    private final ByteSource source;
    private ByteBuffer bytes = ByteBuffer.allocateDirect(FIRST_BYTES);

    /** The same memory, with a position and limit of its own for others to move. */
    private ByteBuffer view = bytes.duplicate();

    private int at;
    private int end;
    private long offset;
    private boolean ended;
    private long toSkip;

    Window(ByteSource source) {
        this.source = source;
    }

    /**
     * Reads on until so many bytes are there from where the window stands.
     *
     * @param count at most {@link #MAX_BYTES}
     * @param timeoutMs longest wait for the next bytes of a stream
     * @return false when they are not there yet, or never will be: {@link #hasEnded}
     */
    boolean has(int count, int timeoutMs) throws IOException {
        if (end - at >= count && toSkip == 0) {
            return true;
        }
        while (!ended && (toSkip > 0 || end - at < count)) {
            if (toSkip > 0) {
                dropSkipped();
            }
            if (toSkip == 0 && end - at >= count) {
                return true;
            }
            if (read(count, timeoutMs) == 0) {
                return false;
            }
        }
        dropSkipped();
        return toSkip == 0 && end - at >= count;
    }

    private int read(int count, int timeoutMs) throws IOException {
        makeRoom(count);
        int n = source.read(bytes.limit(bytes.capacity()).position(end), timeoutMs);
        if (n < 0) {
            ended = true;
            bytes.clear();
            return n;
        }
        end += n;
        bytes.clear();
        return n;
    }

    private void makeRoom(int count) {
        if (count <= bytes.capacity() - at && end < bytes.capacity()) {
            return;
        }
        ByteBuffer target =
                count <= bytes.capacity() ? bytes : ByteBuffer.allocateDirect(Integer.highestOneBit(count) * 2);
        bytes.limit(end).position(at);
        if (target == bytes) {
            bytes.compact();
        } else {
            target.put(bytes);
            bytes = target;
            view = target.duplicate();
        }
        end -= at;
        at = 0;
    }

    private void dropSkipped() {
        int skipped = (int) Math.min(toSkip, end - at);
        toSkip -= skipped;
        step(skipped);
    }

    /** Whether no more bytes will come than there are. */
    boolean hasEnded() {
        return ended;
    }

    /** Bytes there are from where the window stands. */
    int left() {
        return end - at;
    }

    /** Moves over bytes that are there. */
    void step(int count) {
        at += count;
        offset += count;
    }

    /** Moves over bytes that need not be there yet. */
    void skip(long count) {
        toSkip = count;
    }

    /** Bytes still to be moved over that are not there yet. */
    long toSkip() {
        return toSkip;
    }

    /** Where the window stands, in bytes from the beginning of the file. */
    long offset() {
        return offset;
    }

    /** Holds the bytes, for anyone to set position and limit; another one after {@link #has}, perhaps. */
    ByteBuffer view() {
        return view;
    }

    /** Index in {@link #bytes} of where the window stands. */
    int index() {
        return at;
    }

    int int32(int relative, ByteOrder order) {
        int value = bytes.getInt(at + relative);
        return order == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    int uint8(int relative) {
        return bytes.get(at + relative) & 0xff;
    }

    int uint16(int relative, ByteOrder order) {
        short value = bytes.getShort(at + relative);
        return (order == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value)) & 0xffff;
    }
}
