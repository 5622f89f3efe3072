package dev.intercept.pcap.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream that may make its reader wait, or that takes work to unpack: a thread of its own reads ahead a few chunks. The
 * thread ends at the end of the stream, by a failure, which the next {@link #read} throws, or when this is closed. One that
 * hangs in a read of the system that nothing ends does not keep the process alive.
 */
final class PumpedSource implements ByteSource {

    private static final int CHUNKS = 4;
    private static final int CHUNK_BYTES = 64 << 10;

    /** Opens the stream; called by the thread that reads it. */
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Opener opener;
    private final BlockingQueue<ByteBuffer> filled = new ArrayBlockingQueue<>(CHUNKS + 2);
    private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(CHUNKS);
    private final ByteBuffer noMore = ByteBuffer.allocate(0);
    private final Thread thread;

    private @Nullable ByteBuffer current;
    private volatile @Nullable IOException failure;
    private volatile boolean closed;

    PumpedSource(String name, Opener opener) {
        this.opener = opener;
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(ByteBuffer.allocate(CHUNK_BYTES));
        }
        thread = new Thread(this::pump, "reader of " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void pump() {
        try (InputStream in = opener.open()) {
            ByteBuffer chunk = empty.take();
            for (int n = in.read(chunk.array()); n >= 0; n = in.read(chunk.array())) {
                filled.add(chunk.clear().limit(n));
                chunk = empty.take();
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            // Closed: nobody reads on.
        } finally {
            filled.offer(noMore);
        }
    }

    @Override
    public int read(ByteBuffer buffer, int timeoutMs) throws IOException {
        if (current == null || !current.hasRemaining()) {
            takeNext(timeoutMs);
        }
        ByteBuffer chunk = current;
        if (chunk == null) {
            return 0;
        }
        if (chunk == noMore) {
            return atEnd();
        }
        int bytes = Math.min(buffer.remaining(), chunk.remaining());
        buffer.put(chunk.array(), chunk.position(), bytes);
        chunk.position(chunk.position() + bytes);
        return bytes;
    }

    private void takeNext(int timeoutMs) throws IOException {
        if (current == noMore) {
            return;
        }
        if (current != null) {
            empty.add(current);
        }
        try {
            current = filled.poll(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private int atEnd() throws IOException {
        IOException why = failure;
        if (why != null && !closed) {
            throw why;
        }
        return END;
    }

    @Override
    public void close() {
        closed = true;
        filled.offer(noMore); // When there is no room, nobody waits.
        thread.interrupt();
    }
}
