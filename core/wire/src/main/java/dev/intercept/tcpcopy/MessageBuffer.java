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
 *   first chunk, kept             backlog chunks, only while the socket lags, thrown away when sent
 *   [ sent | unsent            ]  [ unsent                 ]  [ unsent | room ]
 * </pre>
 *
 * <p>Nothing is allocated before the first message, and nothing after it while the socket keeps up. All of it is on the heap:
 * direct memory comes back only when a collector runs, and asking for more of it at the limit stops the asking thread for one.
 * The backlogs of all tunnels share a {@link BacklogBudget}.
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
    private final BacklogBudget budget;
    private final ArrayDeque<Chunk> unsent = new ArrayDeque<>(2);
    private Chunk first;
    private Chunk spare;
    private Chunk last;
    private int pendingBytes;
    private int backlogChunks;

    private int batchMessages;
    private int countAt;

    /** @param maxBytes bound of {@link #pendingBytes} */
    public MessageBuffer(TunnelFormat format, int maxBytes) {
        this(format, maxBytes, BacklogBudget.UNLIMITED);
    }

    /**
     * @param maxBytes bound of {@link #pendingBytes}
     * @param budget what this and other buffers may take together beyond their first chunks
     */
    public MessageBuffer(TunnelFormat format, int maxBytes, BacklogBudget budget) {
        this.format = format;
        this.maxBytes = maxBytes;
        this.budget = budget;
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
        if (!makeRoom(bytes)) {
            return false;
        }
        ByteBuffer out = last.filling;
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
        return (first == null ? 0 : FIRST_CHUNK_BYTES) + backlogChunks * BACKLOG_CHUNK_BYTES;
    }

    /**
     * Writes as much as the channel takes without waiting; the rest stays.
     *
     * @return bytes written
     */
    public int writeTo(WritableByteChannel channel) throws IOException {
        return writeTo(channel, Integer.MAX_VALUE);
    }

    /**
     * As {@link #writeTo(WritableByteChannel)}, but goes on no more once it has written {@code enoughBytes}: whoever waits for the
     * tunnel's lock meanwhile does not wait for all of a large backlog.
     */
    public int writeTo(WritableByteChannel channel, int enoughBytes) throws IOException {
        batchMessages = 0;
        int before = pendingBytes;
        while (pendingBytes > 0 && before - pendingBytes < enoughBytes) {
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

    private boolean makeRoom(int bytes) {
        if (unsent.isEmpty()) {
            if (first == null) {
                first = new Chunk(ByteBuffer.allocate(FIRST_CHUNK_BYTES));
            }
            use(first);
        } else if (last.filling.remaining() < bytes) {
            if (spare == null && !budget.take(BACKLOG_CHUNK_BYTES)) {
                return false;
            }
            use(spare == null ? newBacklogChunk() : spare);
            spare = null;
        }
        return true;
    }

    private Chunk newBacklogChunk() {
        backlogChunks++;
        return new Chunk(ByteBuffer.allocate(BACKLOG_CHUNK_BYTES));
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
            keepBacklog(0);
        } else if (chunk != first) {
            spare = chunk;
            keepBacklog(unsent.size() + 1);
        }
    }

    private void keepBacklog(int chunks) {
        budget.give((backlogChunks - chunks) * BACKLOG_CHUNK_BYTES);
        backlogChunks = chunks;
    }

    /** Forgets everything and gives the memory back; nothing may be appended any more. */
    public void discard() {
        unsent.clear();
        pendingBytes = 0;
        spare = null;
        last = null;
        first = null;
        keepBacklog(0);
    }
}
