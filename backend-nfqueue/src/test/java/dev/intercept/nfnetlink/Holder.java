package dev.intercept.nfnetlink;

import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Another process that holds what a provider opens without options, until it is killed. */
public final class Holder implements AutoCloseable {

    private static final int NEVER_MS = Integer.MAX_VALUE;

    private final Process process;

    /** Starts it in the network namespace of the calling thread; it holds the queue or group when this returns. */
    public Holder(Class<? extends CaptureBackendProvider> provider) throws Exception {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        provider.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader().readLine();
        if (!"holding".equals(line)) {
            throw new IllegalStateException("the other process holds nothing: " + line);
        }
    }

    public static void main(String[] args) throws Exception {
        CaptureBackendProvider provider =
                (CaptureBackendProvider) Class.forName(args[0]).getConstructor().newInstance();
        try (CaptureBackend backend =
                provider.open(BackendOptions.defaults(provider.options())).get(0)) {
            System.out.println("holding");
            backend.poll(packet -> Verdict.DROP, 1, NEVER_MS);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** As {@code kill -9} does; waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " does not die");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
