package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;

/**
 * The messages of one tunnel that its socket has not taken yet, in whole messages and at most {@code maxBytes} of them.
 *
 * <p>Combined formats are batched here: a batch ends when it is full, when {@link #writeTo} begins, or where a chunk ends.
 *
 * <pre>
 *   first chunk, direct, kept     backlog chunks, only while the socket lags, thrown away when sent
 *   [ sent | unsent            ]  [ unsent                 ]  [ unsent | room ]
 * </pre>
 *
 * <p>Nothing is allocated before the first message, and nothing after it while the socket keeps up. The backlog is on the heap:
 * direct memory comes back only when a collector runs, and asking for more of it at the limit stops the asking thread for one.
 *
 * <p>Thread rule: one thread at a time; the tunnel's lock sees to that.
 */
public final class MessageBuffer {

    /** 256 messages of 64 bytes: more than a capture batch brings to one tunnel. */
    static final int FIRST_CHUNK_BYTES = 16 * 1024;

    static final int BACKLOG_CHUNK_BYTES = 64 * 1024;

    private static final int COUNT_BYTES = 2;

    private final TunnelFormat format;
    private final int messageBytes;
    private final int batchLimit;
    private final int maxBytes;
    private final ArrayDeque<Chunk> unsent = new ArrayDeque<>(2);
    private Chunk first;
    private Chunk spare;
    private Chunk last;
    private int pendingBytes;

    private int batchMessages;
    private int countAt;

    /** @param maxBytes bound of {@link #pendingBytes} */
    public MessageBuffer(TunnelFormat format, int maxBytes) {
        this.format = format;
        this.maxBytes = maxBytes;
        messageBytes = format.messageBytes();
        batchLimit = format.batchLimit();
    }

    /**
     * Adds the response's message.
     *
     * @return false when there is no room for it; then nothing of it was added
     */
    public boolean append(ResponsePacket response) {
        if (batchMessages > 0 && last.filling.remaining() < messageBytes) {
            batchMessages = 0;
        }
        boolean opensBatch = batchLimit > 1 && batchMessages == 0;
        int bytes = messageBytes + (opensBatch ? COUNT_BYTES : 0);
        if (bytes > maxBytes - pendingBytes) {
            return false;
        }
        ByteBuffer out = room(bytes);
        if (opensBatch) {
            countAt = out.position();
            out.position(countAt + COUNT_BYTES);
        }
        format.write(response, out);
        pendingBytes += bytes;
        if (batchLimit > 1) {
            count(out);
        }
        return true;
    }

    /** Bytes that wait for the socket, counts included. */
    public int pendingBytes() {
        return pendingBytes;
    }

    /** Bytes of memory held, pending or not. */
    public int heldBytes() {
        int held = first == null ? 0 : FIRST_CHUNK_BYTES;
        for (Chunk chunk : unsent) {
            held += chunk == first ? 0 : BACKLOG_CHUNK_BYTES;
        }
        return held + (spare == null ? 0 : BACKLOG_CHUNK_BYTES);
    }

    /**
     * Writes as much as the channel takes without waiting; the rest stays.
     *
     * @return bytes written
     */
    public int writeTo(WritableByteChannel channel) throws IOException {
        batchMessages = 0;
        int before = pendingBytes;
        while (pendingBytes > 0) {
            Chunk chunk = unsent.peekFirst();
            pendingBytes -= chunk.writeTo(channel);
            if (chunk.unsentBytes() > 0) {
                break;
            }
            release(unsent.removeFirst());
        }
        return before - pendingBytes;
    }

    private void count(ByteBuffer out) {
        batchMessages++;
        out.putShort(countAt, (short) batchMessages);
        if (batchMessages == batchLimit) {
            batchMessages = 0;
        }
    }

    private ByteBuffer room(int bytes) {
        if (unsent.isEmpty()) {
            if (first == null) {
                first = new Chunk(ByteBuffer.allocateDirect(FIRST_CHUNK_BYTES));
            }
            use(first);
        } else if (last.filling.remaining() < bytes) {
            use(spare == null ? new Chunk(ByteBuffer.allocate(BACKLOG_CHUNK_BYTES)) : spare);
            spare = null;
        }
        return last.filling;
    }

    private void use(Chunk chunk) {
        unsent.addLast(chunk);
        last = chunk;
    }

    private void release(Chunk chunk) {
        chunk.clear();
        if (unsent.isEmpty()) {
            spare = null;
            last = null;
        } else if (chunk != first) {
            spare = chunk;
        }
    }
}
