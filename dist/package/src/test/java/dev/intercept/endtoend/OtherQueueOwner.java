package dev.intercept.endtoend;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Another process, which is not intercept and listens on queue 0 until it is killed. */
final class OtherQueueOwner {

    private OtherQueueOwner() {}

    /** In the network namespace of the calling thread; returns when it listens. */
    static Process start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), OtherQueueOwner.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.inputReader().readLine();
        return process;
    }

    public static void main(String[] args) throws Exception {
        CaptureBackendProvider provider =
                BackendRegistry.load(List.of()).choose(Optional.of("nfqueue")).provider();
        provider.open(BackendOptions.defaults(provider.options()));
        System.out.println("listening");
        System.in.read(); // Also ends when the test's process has ended.
    }
}
