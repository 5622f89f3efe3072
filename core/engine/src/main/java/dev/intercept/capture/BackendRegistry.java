package dev.intercept.capture;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The backends of this installation: those on the class path, and those in plug-in jars, each jar with a class loader of
 * its own. A provider that cannot be loaded is a {@linkplain #problems problem} with a name, and hides no other.
 */
public final class BackendRegistry {

    /**
     * One backend that was found.
     *
     * @param origin the jar it came from, or {@code "built in"}
     */
    public record Entry(CaptureBackendProvider provider, String origin) {}

    /**
     * The backend to use.
     *
     * @param passedOver the backends of higher priority that cannot be used here, highest first
     */
    public record Choice(CaptureBackendProvider provider, List<PassedOver> passedOver) {

        /** Why it is this one, at most {@link #MAX_REASON} characters; empty when nothing was passed over. */
        public Optional<String> reason() {
            if (passedOver.isEmpty()) {
                return Optional.empty();
            }
            String subject = "backend " + provider.name();
            PassedOver first = passedOver.get(0);
            return Stream.of(
                            subject + ", not " + first.name() + ": " + first.shortCause(),
                            subject + ": " + first.shortCause(),
                            subject + ", not " + first.name() + ": see --list-backends")
                    .filter(text -> text.length() <= MAX_REASON)
                    .findFirst()
                    .or(() -> Optional.of(subject));
        }
    }

    /**
     * A backend that cannot be used here.
     *
     * @param cause as the backend says it, with the next step
     */
    public record PassedOver(String name, String cause) {

        private String sentence() {
            return name + " cannot be used here: " + cause;
        }

        /** The cause up to its first pause. */
        private String shortCause() {
            return cause.split("[,;:.]? \\(|[,;:.] ", 2)[0];
        }
    }

    /** With the time and the level in front, 32 characters, a line of the log has 100 at most. */
    static final int MAX_REASON = 68;

    private static final String BUILT_IN = "built in";

    /** A service file with more broken lines than this is given up: the loader makes no promise to move on. */
    private static final int MAX_BROKEN_PROVIDERS_PER_JAR = 64;

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Loads what is there. Never throws: see {@link #problems}. */
    public static BackendRegistry load(List<Path> pluginPath) {
        return load(BackendRegistry.class.getClassLoader(), pluginPath);
    }

    static BackendRegistry load(ClassLoader builtIn, List<Path> pluginPath) {
        BackendRegistry registry = new BackendRegistry();
        registry.addAll(builtIn, BUILT_IN);
        for (Path directory : pluginPath) {
            registry.addPluginJars(directory);
        }
        // Written out: a comparator that others are joined to can be in no archive, and linking it takes time at each
        // start.
        registry.entries.sort((a, b) -> a.provider().priority() == b.provider().priority()
                ? a.provider().name().compareTo(b.provider().name())
                : Integer.compare(b.provider().priority(), a.provider().priority()));
        return registry;
    }

    /** A registry of these backends only. */
    public static BackendRegistry of(CaptureBackendProvider... providers) {
        BackendRegistry registry = new BackendRegistry();
        for (CaptureBackendProvider provider : providers) {
            registry.entries.add(new Entry(provider, BUILT_IN));
        }
        return registry;
    }

    /** What was found, highest priority first. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** The backend of this name, whether or not it can be used here. */
    public Optional<CaptureBackendProvider> find(String name) {
        return entries.stream()
                .map(Entry::provider)
                .filter(provider -> provider.name().equals(name))
                .findFirst();
    }

    /** Of those that may be chosen silently the one that comes last: what a host must offer at least. */
    public Optional<CaptureBackendProvider> lastResort() {
        return entries.stream()
                .map(Entry::provider)
                .filter(provider -> provider.priority() > 0)
                .reduce((first, later) -> later);
    }

    /** Whether a provider came in a jar of its own. */
    public static boolean isPlugin(CaptureBackendProvider provider) {
        return provider.getClass().getClassLoader() instanceof PluginClassLoader;
    }

    /** A sentence for each provider or plug-in jar that was refused: which, and why. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /**
     * The backend that the user named, or the one of the highest positive priority that can be used on this host.
     *
     * @throws BackendException of kind USAGE for an unknown name, UNAVAILABLE when it cannot be used here
     */
    public Choice choose(Optional<String> name) throws BackendException {
        return name.isPresent() ? named(name.get()) : automatic();
    }

    private Choice named(String name) throws BackendException {
        for (Entry entry : entries) {
            if (entry.provider().name().equals(name)) {
                Optional<String> cause = unavailabilityCause(entry.provider());
                if (cause.isPresent()) {
                    throw new BackendException(
                            BackendException.Kind.UNAVAILABLE,
                            "backend " + name + " cannot be used here: " + cause.get());
                }
                return new Choice(entry.provider(), List.of());
            }
        }
        TreeSet<String> names = new TreeSet<>();
        entries.forEach(entry -> names.add(entry.provider().name()));
        throw new BackendException(
                BackendException.Kind.USAGE,
                "--backend=" + name + ": no such backend; there are " + String.join(", ", names));
    }

    private Choice automatic() throws BackendException {
        List<PassedOver> passedOver = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.provider().priority() <= 0) {
                continue;
            }
            Optional<String> cause = unavailabilityCause(entry.provider());
            if (cause.isEmpty()) {
                return new Choice(entry.provider(), passedOver);
            }
            passedOver.add(new PassedOver(entry.provider().name(), cause.get()));
        }
        throw new BackendException(
                BackendException.Kind.UNAVAILABLE,
                "no backend that decides verdicts can be used here"
                        + (passedOver.isEmpty() ? "" : ": " + sentences(passedOver))
                        + ". One that only observes must be named: see --list-backends");
    }

    private static String sentences(List<PassedOver> backends) {
        return backends.stream().map(PassedOver::sentence).collect(Collectors.joining("; "));
    }

    /** Why a backend cannot be used; a provider that throws here cannot be used either. */
    public static Optional<String> unavailabilityCause(CaptureBackendProvider provider) {
        try {
            return provider.unavailabilityCause();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("it fails when asked whether it can be used: " + e);
        }
    }

    private void addPluginJars(Path directory) {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
            found.forEach(jars::add);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            problems.add("plug-in directory " + directory + " cannot be read: " + IoFailure.reason(e)
                    + "; correct that, or leave it out");
        }
        jars.sort(null);
        for (Path jar : jars) {
            PluginFailure.ofArchive(jar)
                    .ifPresentOrElse(
                            failure -> problems.add(jar + ": " + failure),
                            () -> addAll(pluginLoader(jar), jar.toString()));
        }
    }

    /** Stays open as long as the process: a backend loads its classes when it needs them. */
    private static ClassLoader pluginLoader(Path jar) {
        try {
            return new PluginClassLoader(jar.toUri().toURL(), BackendRegistry.class.getClassLoader());
        } catch (MalformedURLException e) {
            throw new AssertionError("the URL of a file", e);
        }
    }

    private void addAll(ClassLoader loader, String origin) {
        int before = entries.size();
        Iterator<CaptureBackendProvider> providers =
                ServiceLoader.load(CaptureBackendProvider.class, loader).iterator();
        for (int broken = 0; broken < MAX_BROKEN_PROVIDERS_PER_JAR; ) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                add(providers.next(), loader, origin);
            } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
                broken++;
                problems.add(origin + ": " + PluginFailure.ofProvider(e));
            }
        }
        if (entries.size() == before
                && !origin.equals(BUILT_IN)
                && problems.stream().noneMatch(p -> p.startsWith(origin))) {
            problems.add(origin + ": holds no backend; it needs META-INF/services/"
                    + CaptureBackendProvider.class.getName());
        }
    }

    private void add(CaptureBackendProvider provider, ClassLoader loader, String origin) {
        boolean isInherited = !origin.equals(BUILT_IN) && provider.getClass().getClassLoader() != loader;
        if (isInherited) {
            return;
        }
        if (provider.spiVersion() < 1 || provider.spiVersion() > CaptureBackendProvider.SPI_VERSION) {
            problems.add(origin + ": backend " + provider.name() + " was built for version " + provider.spiVersion()
                    + " of the backend interface, this intercept takes 1 to " + CaptureBackendProvider.SPI_VERSION
                    + ": take a release of the plug-in that fits, or a newer intercept");
            return;
        }
        for (Entry entry : entries) {
            if (entry.provider().name().equals(provider.name())) {
                problems.add(origin + ": a second backend named " + provider.name() + " is left out, the one from "
                        + entry.origin() + " is used");
                return;
            }
        }
        entries.add(new Entry(provider, origin));
    }
}
