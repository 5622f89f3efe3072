package dev.intercept.nfnetlink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A subsystem's table in {@code /proc/net/netfilter}, kept open: it goes on showing the network namespace of the thread
 * that opened it, whichever thread reads.
 */
public final class ProcTable implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("/proc/thread-self/net/netfilter");

    /** Kernels before 3.17 have no thread-self; there the file is that of the process's first thread. */
    private static final Path OLD_KERNELS = Path.of("/proc/net/netfilter");

    /** About 200 queues. */
    private static final int MAX_BYTES = 16384;

    private final FileChannel channel;
    private final ByteBuffer text = ByteBuffer.allocate(MAX_BYTES);

    /**
     * @param name of the subsystem's table, {@code nfnetlink_queue}
     * @throws IOException when the file is not there, or not for this user (root, or CAP_DAC_READ_SEARCH)
     */
    public ProcTable(String name) throws IOException {
        Path file = DIRECTORY.resolve(name);
        channel = FileChannel.open(file.toFile().exists() ? file : OLD_KERNELS.resolve(name), StandardOpenOption.READ);
    }

    /** The whole table as it is now. */
    public String read() throws IOException {
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
