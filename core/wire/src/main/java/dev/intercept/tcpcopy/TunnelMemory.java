package dev.intercept.tcpcopy;

/**
 * Memory for the messages of all tunnels: a first chunk for each, and what waits beyond for sockets that do not take it, so bounded
 * that many peers that do not read cannot exhaust the machine. Outside the heap; see {@link ChunkPool}. Any thread.
 */
public final class TunnelMemory {

    /** 256 messages of 64 bytes: more than a capture batch brings to one tunnel. */
    static final int FIRST_CHUNK_BYTES = 16 * 1024;

    static final int BACKLOG_CHUNK_BYTES = 64 * 1024;

    final ChunkPool first;
    final ChunkPool backlog;

    /** @param backlogBytes that the backlogs of all tunnels may take together, beyond their first chunks */
    public TunnelMemory(long backlogBytes) {
        first = new ChunkPool(FIRST_CHUNK_BYTES, Integer.MAX_VALUE);
        backlog = new ChunkPool(BACKLOG_CHUNK_BYTES, backlogBytes / BACKLOG_CHUNK_BYTES);
    }

    /** Memory held, in use or kept for the next. */
    public long heldBytes() {
        return first.heldBytes() + backlog.heldBytes();
    }

    /** What all backlogs have taken. */
    public long backlogBytes() {
        return backlog.takenBytes();
    }
}
