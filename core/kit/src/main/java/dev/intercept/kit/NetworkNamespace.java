package dev.intercept.kit;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A private network namespace inside this process, with {@code lo} up. Needs root (CAP_SYS_ADMIN).
 *
 * <p>One thread of its own lives in it, and what is started on that thread, threads and child processes, lives in it too.
 * Everything else of the process stays where it was. {@code /proc/net} is the main thread's view: code that runs in here
 * reads {@code /proc/thread-self/net}. See unshare(2), CLONE_NEWNET.
 *
 * <p>Thread rule: any thread may call; the calls run one after the other.
 */
public final class NetworkNamespace implements AutoCloseable {

    private final ExecutorService executor;
    private volatile @Nullable Thread inside;

    /** An empty namespace: {@code lo} and nothing else. */
    public NetworkNamespace() throws IOException {
        executor = Executors.newSingleThreadExecutor(this::insideThread);
        try {
            run(NetworkNamespace::enter);
        } catch (Exception e) {
            executor.shutdown();
            throw new IOException("no private network namespace: " + e.getMessage(), e);
        }
    }

    /** A namespace with the layout of {@link TestNetwork}. */
    public static NetworkNamespace withTestNetwork() throws IOException {
        NetworkNamespace namespace = new NetworkNamespace();
        try {
            namespace.run(TestNetwork::layOut);
            return namespace;
        } catch (Exception e) {
            namespace.close();
            throw new IOException("the test network cannot be laid out: " + e.getMessage(), e);
        }
    }

    private Thread insideThread(Runnable work) {
        Thread thread = new Thread(work, "netns");
        thread.setDaemon(true);
        inside = thread;
        return thread;
    }

    private static void enter() throws IOException {
        try {
            KitLibc.unshare(KitLibc.CLONE_NEWNET);
        } catch (LastErrorException e) {
            throw KitLibc.failure("unshare(CLONE_NEWNET)", e);
        }
        Commands.exec("ip", "link", "set", "lo", "up");
    }

    /** Runs code inside and waits for its end. What it throws is thrown on. */
    public void run(ThrowingRunnable work) throws Exception {
        call(() -> {
            work.run();
            return null;
        });
    }

    /** Runs code inside, waits for its end and returns its result. What it throws is thrown on. */
    public <T> T call(Callable<T> work) throws Exception {
        if (Thread.currentThread() == inside) {
            return work.call();
        }
        try {
            return executor.submit(work).get();
        } catch (ExecutionException e) {
            throw thrownOn(e.getCause());
        }
    }

    private static Exception thrownOn(@Nullable Throwable thrown) throws Exception {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (Exception) Objects.requireNonNull(thrown);
    }

    /**
     * Runs a command inside that must succeed.
     *
     * @return what it printed
     * @throws IOException with the command and its output
     */
    public String exec(String... command) throws Exception {
        return call(() -> Commands.exec(command));
    }

    /** Ends the thread inside. The kernel frees the namespace when the last thread, process and socket of it is gone. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
