package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * A pipe whose writing end goes to the service manager, sd_notify(3): once that has done all it was sent before, it closes it. One that
 * does not know such a message closes what came with it, too.
 */
final class Barrier implements AutoCloseable {

    /** A manager that is stuck for longer does not start services either. */
    private static final int PATIENCE_MS = 5000;

    private static final int O_CLOEXEC = 0x80000;

    /** The C library's calls; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int pipe2(int[] ends, int flags) throws LastErrorException;

        int poll(Pointer what, NativeLong count, int timeoutMs) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final Libc libc = Native.load("c", Libc.class);
    private final int[] ends = new int[2];

    Barrier() throws IOException {
        try {
            libc.pipe2(ends, O_CLOEXEC);
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** To be sent. */
    int descriptor() {
        return ends[1];
    }

    /** After it was sent, once. */
    void await() throws IOException {
        libc.close(ends[1]);
        ends[1] = -1;
        Memory pollfd =
                new Memory(2L * Integer.BYTES); // The descriptor and no events but that nobody can write any more.
        pollfd.clear();
        pollfd.setInt(0, ends[0]);
        try {
            libc.poll(pollfd, new NativeLong(1), PATIENCE_MS);
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        for (int end : ends) {
            if (end >= 0) {
                libc.close(end);
            }
        }
    }
}
