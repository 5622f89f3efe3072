package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Chunks of one size outside the heap, where no collector copies them: taken, given back, and kept for the next user. Of
 * those given back it keeps about as many as are in use, so that what many slow readers had taken goes back to the machine.
 *
 * <p>Any thread. The lock is held for some instructions; memory is asked for and released without it.
 */
final class ChunkPool {

    /** Kept whatever is in use. */
    static final int KEPT = 16;

    private final int chunkBytes;
    private final int maxChunks;
    private @Nullable Chunk free;
    private int freeChunks;
    private int takenChunks;

    /** @param maxChunks that may be taken at a time */
    ChunkPool(int chunkBytes, long maxChunks) {
        this.chunkBytes = chunkBytes;
        this.maxChunks = (int) Math.min(maxChunks, Integer.MAX_VALUE);
    }

    /** As {@link #take(int)} for one that has none yet. */
    @Nullable
    Chunk take() {
        return take(0);
    }

    /**
     * An empty chunk, or null when who asks has as many as are left, or the runtime allows no more memory outside the heap. So one
     * gets half of all at most, two a third each, and the last one still finds some: the dynamic threshold of switches that
     * share a buffer among their ports.
     *
     * @param held chunks of this pool that who asks has already
     */
    @Nullable
    Chunk take(int held) {
        synchronized (this) {
            if (held >= maxChunks - takenChunks) {
                return null;
            }
            takenChunks++;
            Chunk kept = pop();
            if (kept != null) {
                return kept;
            }
        }
        try {
            return new Chunk(ByteBuffer.allocateDirect(chunkBytes), this);
        } catch (OutOfMemoryError e) {
            // -XX:MaxDirectMemorySize is reached; the caller counts what it must drop.
            synchronized (this) {
                takenChunks--;
            }
            return null;
        }
    }

    /** Takes back a chunk that nobody uses any more. */
    void give(Chunk chunk) {
        chunk.clear();
        Chunk surplus = push(chunk);
        while (surplus != null) {
            DirectMemory.release(surplus.filling);
            surplus = popSurplus();
        }
    }

    private synchronized @Nullable Chunk push(Chunk chunk) {
        takenChunks--;
        chunk.next = free;
        free = chunk;
        freeChunks++;
        return popSurplus();
    }

    private synchronized @Nullable Chunk popSurplus() {
        return freeChunks > takenChunks + KEPT ? pop() : null;
    }

    private @Nullable Chunk pop() {
        Chunk chunk = free;
        if (chunk != null) {
            free = chunk.next;
            chunk.next = null;
            freeChunks--;
        }
        return chunk;
    }

    /** Bytes in use. */
    synchronized long takenBytes() {
        return (long) takenChunks * chunkBytes;
    }

    /** Bytes of memory, in use or kept. */
    synchronized long heldBytes() {
        return (long) (takenChunks + freeChunks) * chunkBytes;
    }
}
