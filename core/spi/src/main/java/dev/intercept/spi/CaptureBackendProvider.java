package dev.intercept.spi;

import java.util.List;
import java.util.Optional;

/**
 * Makes capture backends of one kind. Found by {@link java.util.ServiceLoader}, on the class path or in a plug-in jar.
 *
 * <p>The constructor and every method but {@link #unavailabilityCause} and {@link #open} touch nothing native and nothing
 * of the system: listing the backends of a host must work on any host.
 */
public interface CaptureBackendProvider {

    /**
     * The version of this interface. A provider returns it from {@link #spiVersion}; the compiler copies the value into
     * the provider's class, so a jar that was built against another version tells so.
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
}
