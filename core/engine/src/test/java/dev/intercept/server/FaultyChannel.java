package dev.intercept.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** A socket whose writes fail as a kernel's may: for so many writes, or by chance. Reads go through, but for one thread if asked for. */
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
    private volatile Thread blind;
    private volatile IOException readFault;

    /** Counted by a test's only other thread. */
    private volatile int readsOfOthers;

    private final CountDownLatch missed = new CountDownLatch(1);

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

    /** This thread finds nothing to read from now on, as if it were late; null ends that. */
    void hideFrom(Thread thread) {
        blind = thread;
    }

    /** Since it was hidden from one. */
    int readsOfOthers() {
        return readsOfOthers;
    }

    /** Once there was something that was hidden. */
    void awaitMissed() throws InterruptedException {
        missed.await();
    }

    /** The next read that finds something fails. */
    void failRead(IOException fault) {
        readFault = fault;
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
        if (Thread.currentThread() == blind) {
            missed.countDown();
            return 0;
        }
        readsOfOthers += blind == null ? 0 : 1;
        IOException failing = readFault;
        if (failing != null) {
            readFault = null;
            throw failing;
        }
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
