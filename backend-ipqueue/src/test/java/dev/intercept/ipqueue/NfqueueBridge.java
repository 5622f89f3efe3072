package dev.intercept.ipqueue;

import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets a listener of ip_queue judge packets of a kernel that has only NFQUEUE: each packet of queue 0, into which {@code -j
 * QUEUE} leads too, goes out as IPQM_PACKET, and the listener's verdict goes back to the queue.
 *
 * <p>One packet at a time: the next one leaves when the last one is judged. Lives in the network namespace of its process.
 */
final class NfqueueBridge implements AutoCloseable {

    /** ip_queue sees packets cut into segments and with their checksums; whole packets, of which its listener takes a part. */
    private static final Map<String, String> LIKE_IP_QUEUE =
            Map.of("--queue", "0", "--gso", "off", "--copy-range", "65531", "--queue-maxlen", "65536");

    private static final int BATCH = 64;
    private static final int POLL_MS = 500;
    private static final int VERDICT_WAIT_MS = 60_000;
    private static final int NF_ACCEPT = 1;

    private final FakeKernel kernel;
    private final CaptureBackend nfqueue;
    private final Thread thread = new Thread(this::forward, "bridge");
    private volatile long accepted;
    private volatile long dropped;
    private volatile long unanswered;

    private NfqueueBridge(FakeKernel kernel, CaptureBackend nfqueue) {
        this.kernel = kernel;
        this.nfqueue = nfqueue;
    }

    /**
     * Starts one.
     *
     * @param proc an empty directory, for what stands in for /proc
     */
    static NfqueueBridge start(Path proc) throws SystemCallException, BackendException {
        CaptureBackendProvider provider = ServiceLoader.load(CaptureBackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("nfqueue"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("backend nfqueue is not on the class path"));
        CaptureBackend nfqueue = provider.open(new BackendOptions(provider.options(), LIKE_IP_QUEUE))
                .get(0);
        NfqueueBridge bridge = new NfqueueBridge(FakeKernel.start(0, proc), nfqueue);
        bridge.thread.setDaemon(true);
        bridge.thread.start();
        return bridge;
    }

    private void forward() {
        try {
            while (nfqueue.poll(this::ask, BATCH, POLL_MS) != CaptureBackend.END) {
                // The next batch.
            }
        } catch (BackendException e) {
            throw new IllegalStateException(e);
        }
    }

    private Verdict ask(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        CompletableFuture<Integer> verdict = kernel.queue(bytes);
        try {
            if (verdict.get(VERDICT_WAIT_MS, TimeUnit.MILLISECONDS) == NF_ACCEPT) {
                accepted++;
                return Verdict.ACCEPT;
            }
            dropped++;
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            unanswered++;
        }
        return Verdict.DROP;
    }

    KernelEndpoint endpoint() {
        return kernel.endpoint();
    }

    void publish() {
        kernel.publish();
    }

    long accepted() {
        return accepted;
    }

    /** Packets that the listener dropped, or nobody judged because there was none. */
    long dropped() {
        return dropped;
    }

    /** Packets whose listener gave no verdict within 5 s. */
    long unanswered() {
        return unanswered;
    }

    @Override
    public void close() {
        nfqueue.close();
        kernel.close();
    }
}
