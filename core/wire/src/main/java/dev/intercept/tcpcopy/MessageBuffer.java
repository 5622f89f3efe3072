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
 *   first chunk, kept             backlog chunks, only while the socket lags, given back when sent
 *   [ sent | unsent            ]  [ unsent                 ]  [ unsent | room ]
 * </pre>
 *
 * <p>No memory is taken before the first message, and none after it while the socket keeps up. It is a {@link TunnelMemory}'s, which
 * all tunnels share.
 *
 * <p>Thread rule: one thread at a time; the tunnel's lock sees to that.
 */
public final class MessageBuffer {

    private static final int COUNT_BYTES = 2;

    private final TunnelFormat format;
    private final int messageBytes;
    private final boolean combined;
    private final int batchLimit;
    private final int maxBytes;
    private final TunnelMemory memory;
    private final ArrayDeque<Chunk> unsent = new ArrayDeque<>(2);
    private Chunk first;
    private Chunk last;
    private int pendingBytes;
    private int backlogChunks;

    private int batchMessages;
    private int countAt;

    /** @param maxBytes bound of {@link #pendingBytes} */
    public MessageBuffer(TunnelFormat format, int maxBytes, TunnelMemory memory) {
        this.format = format;
        this.maxBytes = maxBytes;
        this.memory = memory;
        messageBytes = format.messageBytes();
        combined = format.combined();
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
        boolean opensBatch = combined && batchMessages == 0;
        int bytes = messageBytes + (opensBatch ? COUNT_BYTES : 0);
        if (bytes > maxBytes - pendingBytes || !makeRoom(bytes)) {
            return false;
        }
        ByteBuffer out = last.filling;
        if (opensBatch) {
            countAt = out.position();
            out.position(countAt + COUNT_BYTES);
        }
        format.write(response, out);
        pendingBytes += bytes;
        if (combined) {
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
        return (first == null ? 0 : TunnelMemory.FIRST_CHUNK_BYTES) + backlogChunks * TunnelMemory.BACKLOG_CHUNK_BYTES;
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
                first = memory.first.take();
            }
            return use(first);
        }
        if (last.filling.remaining() >= bytes) {
            return true;
        }
        boolean isThere = use(memory.backlog.take());
        backlogChunks += isThere ? 1 : 0;
        return isThere;
    }

    private boolean use(Chunk chunk) {
        if (chunk != null) {
            unsent.addLast(chunk);
            last = chunk;
        }
        return chunk != null;
    }

    private void release(Chunk chunk) {
        if (chunk == first) {
            chunk.clear();
        } else {
            memory.backlog.give(chunk);
            backlogChunks--;
        }
        if (unsent.isEmpty()) {
            last = null; // It may be somebody else's now, or gone.
        }
    }

    /** Forgets everything and gives the memory back; nothing may be appended any more. */
    public void discard() {
        while (!unsent.isEmpty()) {
            release(unsent.removeFirst());
        }
        pendingBytes = 0;
        if (first != null) {
            memory.first.give(first);
            first = null;
        }
    }
}
