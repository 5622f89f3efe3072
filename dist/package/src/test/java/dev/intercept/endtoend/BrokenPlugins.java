package dev.intercept.endtoend;

import dev.intercept.kit.TestProvider;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Providers with which something is wrong, and the jars that users would have them in. */
final class BrokenPlugins {

    private static final String SERVICE_FILE = "META-INF/services/" + CaptureBackendProvider.class.getName();

    private BrokenPlugins() {}

    /** A jar with a provider's class and whatever class it inherits from here, unless that is to be missing. */
    static Path jar(Path file, Class<?> provider, Class<?>... others) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new JarEntry(SERVICE_FILE));
            out.write(provider.getName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            add(out, provider);
            for (Class<?> other : others) {
                add(out, other);
            }
            add(out, TestProvider.class);
        }
        return file;
    }

    private static void add(JarOutputStream out, Class<?> type) throws IOException {
        String path = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(path));
        type.getClassLoader().getResourceAsStream(path).transferTo(out);
    }

    /** Right in everything that its subclasses do not change. */
    abstract static class Named implements TestProvider {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int priority() {
            return 1000;
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) {
            throw new AssertionError("nothing opens the plug-ins of this test");
        }
    }

    /** Built against an interface that is to come. */
    public static final class FromTheFuture extends Named {
        public FromTheFuture() {
            super("future");
        }

        @Override
        public int spiVersion() {
            return SPI_VERSION + 1;
        }
    }

    /** Its constructor throws. */
    public static final class Failing extends Named {
        public Failing() {
            super("failing");
            throw new IllegalStateException("no luck");
        }
    }

    /** Its superclass is not in the jar. */
    public static final class Incomplete extends Named {
        public Incomplete() {
            super("incomplete");
        }
    }

    /** Its lane never comes back from a poll, whatever happens. */
    public static final class Hanging extends Named {
        public Hanging() {
            super("hanging");
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) {
            return List.of(new HangingLane());
        }
    }

    /** Of {@link Hanging}. */
    public static final class HangingLane implements CaptureBackend {
        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) {
            while (true) {
                LockSupport.park();
            }
        }

        @Override
        public String lane() {
            return "hanging";
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
            // It would wait for the poll.
        }
    }

    /** Has the name of a backend that comes with intercept. */
    public static final class Impostor extends Named {
        public Impostor() {
            super("nfqueue");
        }
    }
}
