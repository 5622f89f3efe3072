package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.SystemCalls;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another process that holds queue 0 until it is killed. */
final class QueueHolder implements AutoCloseable {

    private static final int NEVER_MS = Integer.MAX_VALUE;

    private final Process process;

    /** Starts it in the network namespace of the calling thread; it holds the queue when this returns. */
    QueueHolder() throws Exception {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        QueueHolder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader().readLine();
        if (!"holding".equals(line)) {
            throw new IllegalStateException("the other process does not hold the queue: " + line);
        }
    }

    public static void main(String[] args) throws Exception {
        try (CaptureBackend backend = new QueueOpener(new SystemCalls(), QueueFixture.settings(Map.of()), 0).open()) {
            System.out.println("holding");
            backend.poll(packet -> Verdict.DROP, 1, NEVER_MS);
        }
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9} does; waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " does not die");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
