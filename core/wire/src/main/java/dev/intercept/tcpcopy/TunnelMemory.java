package dev.intercept.tcpcopy;

/**
 * Memory for the messages of all tunnels: {@link #OWN_BYTES} that each tunnel has whatever the others take, and a common part for what
 * waits beyond, so bounded that many peers that do not read cannot exhaust the machine. Outside the heap; see {@link ChunkPool}. Any
 * thread.
 */
public final class TunnelMemory {

    /** 256 messages of 64 bytes: more than a capture batch brings to one tunnel, and little to be charged for one that waits. */
    static final int CHUNK_BYTES = 16 * 1024;

    /** Chunks that a tunnel has before it takes of the common part. */
    static final int OWN_CHUNKS = 2;

    /** A tunnel's own share. */
    public static final int OWN_BYTES = OWN_CHUNKS * CHUNK_BYTES;

    final ChunkPool own = new ChunkPool(CHUNK_BYTES, Integer.MAX_VALUE);
    final ChunkPool common;

    /** @param commonBytes that all tunnels may take together beyond their own shares */
    public TunnelMemory(long commonBytes) {
        common = new ChunkPool(CHUNK_BYTES, commonBytes / CHUNK_BYTES);
    }

    /** Memory held, in use or kept for the next. */
    public long heldBytes() {
        return own.heldBytes() + common.heldBytes();
    }

    /** What all tunnels have taken of the common part. */
    public long commonBytes() {
        return common.takenBytes();
    }
}
