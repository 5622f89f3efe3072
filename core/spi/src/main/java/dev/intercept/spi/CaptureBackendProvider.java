package dev.intercept.spi;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes capture backends of one kind. Found by {@link java.util.ServiceLoader}, on the class path or in a plug-in jar.
 *
 * <p>The constructor and every method but {@link #unavailabilityCause} and {@link #open} touch nothing native and nothing
 * of the system: listing the backends of a host must work on any host.
 */
public interface CaptureBackendProvider {

    /**
     * The version of this interface. A provider returns it from {@link #spiVersion}; the compiler copies the value into
     * the provider's class, so a jar that was built against another version reports that. Version 2 added all that has a
     * default.
     */
    int SPI_VERSION = 2;

    /** What follows {@code --backend=}: lower case letters, digits and hyphens. */
    String name();

    /** One line for {@code --list-backends}, without a full stop. */
    String description();

    /**
     * The highest priority that is usable here is chosen when no backend was named. 0 or less: never chosen silently.
     * ip_queue has 200, NFQUEUE 100; a plug-in that wants to go first takes more.
     */
    int priority();

    /** Return {@link #SPI_VERSION}. */
    int spiVersion();

    /** Why this backend cannot work on this host, with the next step for the user; empty when it can. Opens nothing. */
    Optional<String> unavailabilityCause();

    /** The options that {@link #open} understands. */
    List<BackendOption> options();

    /**
     * Opens the packet source.
     *
     * @return one backend per lane, at least one, each to be polled by a thread of its own
     * @throws BackendException when it cannot be opened; whatever was opened before is closed again
     */
    List<CaptureBackend> open(BackendOptions options) throws BackendException;

    /**
     * As {@link #open(BackendOptions)}, and goes on with those sources that the program before in this process has held for the same
     * settings. What stands in the way of others is closed.
     *
     * @param held by a backend of this or another provider; what is used or closed is taken
     * @since 2, added later
     */
    default List<CaptureBackend> open(BackendOptions options, List<HeldSource> held) throws BackendException {
        return open(options);
    }

    /**
     * First names of the options without which {@link #open} refuses.
     *
     * @since 2, added later
     */
    default Set<String> requiredOptions() {
        return Set.of();
    }

    /**
     * First names of the options whose values an open backend takes anew, while packets come: {@link CaptureBackend#adopt}. Of
     * intercept's own options those that {@link #options} declares.
     *
     * @since 2, added later
     */
    default Set<String> liveOptions() {
        return Set.of();
    }

    /** What keeps answers from their clients. */
    default CaptureMode mode() {
        return CaptureMode.DECIDES;
    }

    /**
     * What {@link #open} needs of the process, also when a source that broke is opened again; empty when an ordinary user can. Kept by
     * the threads of a process that gives root's privileges up.
     */
    default Optional<Capability> capability() {
        return Optional.empty();
    }

    /**
     * The rules that bring answers to a backend with these options: {@code intercept rules} prints, inserts and removes
     * them, {@code intercept check} looks for them, and {@code intercept selftest} inserts them.
     *
     * @return empty when no rule can
     * @throws BackendException of kind USAGE when an option's value is invalid
     */
    default Optional<CaptureRules> rules(BackendOptions options) throws BackendException {
        return Optional.empty();
    }

    /**
     * What this backend itself attaches to the kernel and what stays there when its process has ended: {@code intercept rules}
     * shows and removes it.
     *
     * @return empty when nothing stays
     * @throws BackendException of kind USAGE when an option's value cannot be meant
     * @since 2, added later
     */
    default Optional<AttachedFilters> attachedFilters(BackendOptions options) throws BackendException {
        return Optional.empty();
    }

    /** First names of the options that {@link #rules} and {@link #attachedFilters} depend on. */
    default Set<String> ruleOptions() {
        return Set.of();
    }

    /**
     * Looks at what this backend needs of the host beyond {@link #unavailabilityCause}, {@link #capability} and {@link
     * #rules}. Changes nothing.
     *
     * @throws BackendException of kind USAGE when an option's value is invalid
     */
    default List<HostFinding> check(Host host, BackendOptions options) throws BackendException {
        return List.of();
    }

    /**
     * Whether with these options the backend stops only the packets of sessions that have a route, which its {@link
     * CaptureBackend#routeListener} learns of. Routes have the addresses that clients know, and clients with {@code --single}
     * announce none: intercept refuses to start such a backend together with {@code --single}, and together with {@code -D} unless
     * it declares {@link BackendOption#TRANSLATION}.
     *
     * @throws BackendException of kind USAGE when an option's value, any of them, cannot be meant
     * @since 2, added later
     */
    default boolean wantsRoutes(BackendOptions options) throws BackendException {
        return false;
    }

    /** Options, by first name, with which the backend sees answers that come by there. Those that the user gives win. */
    default Map<String, String> optionsFor(AnswerPath path) {
        return Map.of();
    }

    /**
     * How {@code intercept selftest} brings answers to a backend that no rule feeds and that sees no device. Called once the
     * backend is open, in another process of the same network namespace.
     *
     * @param options as for {@link #open}
     * @return empty when that cannot be done
     */
    default Optional<PacketInjector> injector(BackendOptions options) throws BackendException, IOException {
        return Optional.empty();
    }
}
