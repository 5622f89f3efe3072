package dev.intercept.selftest;

import dev.intercept.kit.TestProvider;
import dev.intercept.nfqueue.NfqueueProvider;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Jars of plug-ins for a self-test. */
final class SelftestPlugins {

    private SelftestPlugins() {}

    static void ruled(Path file) throws IOException {
        write(file, Ruled.class, Bare.class, TestProvider.class);
    }

    static void bare(Path file) throws IOException {
        write(file, Bare.class, TestProvider.class);
    }

    private static void write(Path file, Class<?> provider, Class<?>... others) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new JarEntry("META-INF/services/" + CaptureBackendProvider.class.getName()));
            out.write(provider.getName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            add(out, provider);
            for (Class<?> other : others) {
                add(out, other);
            }
        }
    }

    private static void add(JarOutputStream out, Class<?> type) throws IOException {
        String path = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(path));
        try (InputStream bytes = type.getClassLoader().getResourceAsStream(path)) {
            bytes.transferTo(out);
        }
    }

    /** What every backend has to have, and nothing of what may be left out. */
    public static class Bare implements TestProvider {

        final NfqueueProvider nfqueue = new NfqueueProvider();

        @Override
        public String name() {
            return "bare";
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) throws BackendException {
            return nfqueue.open(BackendOptions.defaults(nfqueue.options()));
        }
    }

    /** Captures from a queue of its own, and brings the rule for it. */
    public static final class Ruled extends Bare {

        private static final Map<String, String> QUEUE = Map.of("--queue", "4711");

        @Override
        public String name() {
            return "mirror";
        }

        @Override
        public Optional<CaptureRules> rules(BackendOptions options) throws BackendException {
            return nfqueue.rules(own());
        }

        @Override
        public List<CaptureBackend> open(BackendOptions options) throws BackendException {
            return nfqueue.open(own());
        }

        private BackendOptions own() throws BackendException {
            return new BackendOptions(nfqueue.options(), QUEUE);
        }
    }
}
