package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a capture file's bytes come from. Thread rule: one thread reads; any may {@link #close}. */
interface ByteSource extends AutoCloseable {

    /** Returned by {@link #read} when no byte will ever come again. */
    int END = -1;

    /**
     * Reads what there is into {@code buffer}, which has room.
     *
     * @param timeoutMs longest wait for a first byte; a regular file never waits
     * @return how many bytes were read, 0 when none came in time, or {@link #END}
     */
    int read(ByteBuffer buffer, int timeoutMs) throws IOException;

    /** Ends a read that waits, which then returns {@link #END}. */
    @Override
    void close();
}
