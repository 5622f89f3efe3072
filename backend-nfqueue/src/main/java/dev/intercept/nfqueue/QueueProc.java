package dev.intercept.nfqueue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code /proc/net/netfilter/nfnetlink_queue}, kept open: it goes on showing the network namespace of the thread that
 * opened it, whichever thread reads.
 */
final class QueueProc implements AutoCloseable {

    static final Path FILE = Path.of("/proc/thread-self/net/netfilter/nfnetlink_queue");

    /** Kernels before 3.17 have no thread-self; there the file is that of the process's first thread. */
    private static final Path OLD_KERNELS = Path.of("/proc/net/netfilter/nfnetlink_queue");

    /** About 200 queues. */
    private static final int MAX_BYTES = 16384;

    private final FileChannel channel;
    private final ByteBuffer text = ByteBuffer.allocate(MAX_BYTES);

    /** @throws IOException when the file is not there, or not for this user (root, or CAP_DAC_READ_SEARCH) */
    QueueProc() throws IOException {
        channel = FileChannel.open(FILE.toFile().exists() ? FILE : OLD_KERNELS, StandardOpenOption.READ);
    }

    /** The whole file as it is now. */
    String read() throws IOException {
        text.clear();
        int bytes;
        do {
            bytes = channel.read(text, text.position());
        } while (bytes > 0 && text.hasRemaining());
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
