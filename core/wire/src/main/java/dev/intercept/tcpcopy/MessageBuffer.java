package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

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
 * <p>No memory is taken before the first message, and none after it while the socket keeps up. It comes from a {@link TunnelMemory}:
 * the tunnel's own share first, then the part that all tunnels share.
 *
 * <p>Thread rule: one thread at a time; the tunnel's lock ensures that.
 */
@SuppressWarnings("NullAway") // The ends of a list of its own, which are null together.
public final class MessageBuffer {

    private static final int COUNT_BYTES = 2;

    private final TunnelFormat format;
    private final int messageBytes;
    private final boolean combined;
    private final int batchLimit;
    private final int maxBytes;
    private final TunnelMemory memory;

    /** Kept while the tunnel is open. */
    private Chunk first;

    /** Those with unsent bytes, in order; both null when there are none. */
    private Chunk oldest;

    private Chunk last;

    private int ownChunks;
    private int commonChunks;
    private int pendingBytes;
    private long appendedMessages;
    private long writtenMessages;

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
        appendedMessages++;
        last.messages++;
        if (combined) {
            count(out);
        }
        return true;
    }

    /** Messages that the socket took whole. */
    public long writtenMessages() {
        return writtenMessages;
    }

    /** Messages that wait for the socket; one of which it took a part is among them. */
    public int waitingMessages() {
        return (int) (appendedMessages - writtenMessages);
    }

    /** Bytes that wait for the socket, counts included. */
    public int pendingBytes() {
        return pendingBytes;
    }

    /** Bytes of memory held, pending or not. */
    public int heldBytes() {
        return (ownChunks + commonChunks) * TunnelMemory.CHUNK_BYTES;
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
     * As {@link #writeTo(WritableByteChannel)}, but stops once it has written {@code enoughBytes}: a thread that waits for the
     * tunnel's lock meanwhile does not wait for all of a large backlog.
     */
    public int writeTo(WritableByteChannel channel, int enoughBytes) throws IOException {
        batchMessages = 0;
        int before = pendingBytes;
        while (pendingBytes > 0 && before - pendingBytes < enoughBytes) {
            Chunk chunk = oldest;
            pendingBytes -= chunk.writeTo(channel);
            countWritten(chunk);
            if (chunk.unsentBytes() > 0) {
                break;
            }
            releaseOldest();
        }
        return before - pendingBytes;
    }

    private void countWritten(Chunk chunk) {
        int whole = chunk.unsentBytes() == 0 ? chunk.messages : wholeMessages(chunk.filling, chunk.sentBytes());
        writtenMessages += whole - chunk.writtenMessages;
        chunk.writtenMessages = whole;
    }

    /** Messages that end within the first bytes of a chunk, which is at most some 16 batches. */
    private int wholeMessages(ByteBuffer chunk, int bytes) {
        if (!combined) {
            return bytes / messageBytes;
        }
        int messages = 0;
        int batchMessagesHere;
        for (int at = COUNT_BYTES; at < bytes; at += batchMessagesHere * messageBytes + COUNT_BYTES) {
            batchMessagesHere = chunk.getShort(at - COUNT_BYTES);
            messages += Math.min(batchMessagesHere, (bytes - at) / messageBytes);
        }
        return messages;
    }

    private void count(ByteBuffer out) {
        batchMessages++;
        out.putShort(countAt, (short) batchMessages);
        if (batchMessages == batchLimit) {
            batchMessages = 0;
        }
    }

    private boolean makeRoom(int bytes) {
        if (oldest != null) {
            return last.filling.remaining() >= bytes || use(takeChunk());
        }
        if (first == null) {
            first = takeChunk();
        }
        return use(first);
    }

    private Chunk takeChunk() {
        boolean isOwn = ownChunks < TunnelMemory.OWN_CHUNKS;
        Chunk chunk = isOwn ? memory.own.take() : memory.common.take(commonChunks);
        if (chunk != null) {
            count(chunk, 1);
        }
        return chunk;
    }

    private void count(Chunk chunk, int chunks) {
        if (chunk.isOf(memory.own)) {
            ownChunks += chunks;
        } else {
            commonChunks += chunks;
        }
    }

    private boolean use(Chunk chunk) {
        if (chunk == null) {
            return false;
        }
        if (oldest == null) {
            oldest = chunk;
        } else {
            last.next = chunk;
        }
        last = chunk;
        return true;
    }

    private void releaseOldest() {
        Chunk chunk = oldest;
        oldest = chunk.next;
        chunk.next = null;
        if (chunk == first) {
            chunk.clear();
        } else {
            giveBack(chunk);
        }
        if (oldest == null) {
            last = null; // It may be somebody else's now, or gone.
        }
    }

    private void giveBack(Chunk chunk) {
        count(chunk, -1);
        chunk.giveBack();
    }

    /** Writes what waits, and how much of it the socket has, for {@link #restore} of another process. Changes nothing. */
    public void save(DataOutput out) throws IOException {
        out.writeLong(writtenMessages);
        for (Chunk chunk = oldest; chunk != null; chunk = chunk.next) {
            out.writeInt(chunk.filling.position());
            chunk.save(out);
        }
        out.writeInt(0);
    }

    /**
     * Takes over what {@link #save} wrote, before anything else is appended. What there is no memory for is lost, whole messages.
     *
     * @return messages lost
     * @throws IOException when a length is none that can be
     */
    public int restore(DataInput in) throws IOException {
        int lost = 0;
        writtenMessages = in.readLong();
        appendedMessages = writtenMessages;
        for (int bytes = in.readInt(); bytes != 0; bytes = in.readInt()) {
            byte[] content = Chunk.content(bytes, in);
            int sent = in.readInt();
            int messages = in.readInt();
            int written = in.readInt();
            boolean isKept = lost == 0 && (oldest == null ? makeRoom(bytes) : use(takeChunk()));
            if (isKept) {
                last.restore(content, sent, messages, written);
                pendingBytes += last.unsentBytes();
                appendedMessages += messages - written;
            } else {
                lost += messages - written;
            }
        }
        return lost;
    }

    /**
     * Forgets everything and gives the memory back; nothing may be appended any more.
     *
     * @return messages that waited and are lost
     */
    public int discard() {
        int lost = waitingMessages();
        appendedMessages = writtenMessages;
        while (oldest != null) {
            releaseOldest();
        }
        pendingBytes = 0;
        if (first != null) {
            giveBack(first);
            first = null;
        }
        return lost;
    }
}
