package dev.intercept.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.List;
import java.util.Random;

/** A socket whose writes fail as a kernel's may: for so many writes, or by chance. Reads go through. */
final class FaultyChannel implements ByteChannel {

    /** What a write may come to instead of success, under the words of strerror(3). */
    enum Fault {
        EIO("Input/output error"),
        ENOBUFS("No buffer space available"),
        ENOMEM("Cannot allocate memory"),
        EPIPE("Broken pipe"),
        EINTR(null),
        EAGAIN(null);

        final String text;

        Fault(String text) {
            this.text = text;
        }

        private int happen() throws IOException {
            if (text != null) {
                throw new IOException(text);
            }
            // sun.nio.ch.IOStatus.INTERRUPTED is what the JDK's non-blocking sockets return for EINTR.
            return this == EINTR ? -3 : 0;
        }
    }

    private static final List<Fault> ALL = List.of(Fault.values());

    private final ByteChannel socket;
    private final Random chance;
    private volatile Fault fault;
    private volatile int left;
    private volatile int percent;

    FaultyChannel(ByteChannel socket, long seed) {
        this.socket = socket;
        this.chance = new Random(seed);
    }

    /** The next so many writes. */
    void fail(Fault next, int writes) {
        fault = next;
        left = writes;
    }

    /** So many of a hundred writes from now on, each with a fault of its own, and as many take a part only. */
    void failByChance(int ofHundred) {
        percent = ofHundred;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (left > 0) {
            left--;
            return fault.happen();
        }
        int dice = percent == 0 ? 100 : chance.nextInt(100);
        if (dice < percent) {
            return ALL.get(chance.nextInt(ALL.size())).happen();
        }
        return dice < 2 * percent ? writePart(bytes) : socket.write(bytes);
    }

    private int writePart(ByteBuffer bytes) throws IOException {
        int limit = bytes.limit();
        bytes.limit(bytes.position() + chance.nextInt(bytes.remaining() + 1));
        try {
            return socket.write(bytes);
        } finally {
            bytes.limit(limit);
        }
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        return socket.read(bytes);
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
