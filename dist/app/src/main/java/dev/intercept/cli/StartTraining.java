package dev.intercept.cli;

import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A start for the Java runtime to learn from, see bin/intercept-archive: uses and loads what a start does, but needs no
 * privilege, captures nothing and ends by itself.
 */
final class StartTraining {

    private StartTraining() {}

    static int run(RunOptions options, BackendRegistry registry) throws StartException {
        new BackendListing(registry).print(new PrintWriter(Writer.nullWriter()));
        Installation.home().map(home -> home.resolve("lib")).ifPresent(StartTraining::loadBackends);
        InterceptConfig config = InterceptConfig.builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .build();
        InterceptStart start = new InterceptStart(config, options, BackendRegistry.of(new NoPackets()), List.of());
        return new InterceptProcess(start, options, List.of()).run();
    }

    /** What opening a backend loads can be had without the privilege to open it. */
    private static void loadBackends(Path libraries) {
        for (String jar : libraries.toFile().list((directory, name) -> name.startsWith("intercept-backend-"))) {
            try (JarFile file = new JarFile(libraries.resolve(jar).toFile())) {
                classNames(file).forEach(StartTraining::load);
            } catch (IOException e) {
                // The archive lacks this jar's classes, and a start reads them from the jar.
            }
        }
    }

    private static Stream<String> classNames(JarFile jar) {
        return jar.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                .map(name ->
                        name.substring(0, name.length() - ".class".length()).replace('/', '.'));
    }

    private static void load(String className) {
        try {
            Class.forName(className, false, StartTraining.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // As above.
        }
    }

    /** The backend of the training: its packets have ended before the first. */
    private static final class NoPackets implements CaptureBackendProvider, CaptureBackend {

        @Override
        public String name() {
            return "training";
        }

        @Override
        public String description() {
            return "no packets";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public int spiVersion() {
            return SPI_VERSION;
        }

        @Override
        public Optional<String> unavailabilityCause() {
            return Optional.empty();
        }

        @Override
        public List<BackendOption> options() {
            return List.of();
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) {
            return List.of(this);
        }

        @Override
        public String lane() {
            return "training";
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) {
            return END;
        }

        @Override
        public boolean issuesVerdicts() {
            return true;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, 0, List.of());
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
