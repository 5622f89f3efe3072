package dev.intercept.ebpf;

import dev.intercept.spi.AnswerPath;
import dev.intercept.spi.AttachedFilters;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Provider of {@code ebpf}: a program in the kernel stops answers and hands up their headers, Linux 5.8 and later. */
public final class EbpfProvider implements CaptureBackendProvider {

    private static final Logger LOG = System.getLogger(EbpfProvider.class.getName());

    private final int maxRoutes;

    public EbpfProvider() {
        this(ReplayedMaps.MAX_ROUTES);
    }

    /** @param maxRoutes that the kernel keeps, from 1 */
    EbpfProvider(int maxRoutes) {
        this.maxRoutes = maxRoutes;
    }

    @Override
    public String name() {
        return "ebpf";
    }

    @Override
    public String description() {
        return "a program in the kernel stops answers at the devices; headers come through memory";
    }

    /** It needs to know the test server's port: never chosen silently. */
    @Override
    public int priority() {
        return 0;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Optional<String> unavailabilityCause() {
        return KernelProbe.unavailabilityCause();
    }

    @Override
    public List<BackendOption> options() {
        return EbpfSettings.OPTIONS;
    }

    @Override
    public Set<String> requiredOptions() {
        return Set.of(EbpfSettings.PORTS);
    }

    @Override
    public Set<String> liveOptions() {
        return Set.of(EbpfSettings.PORTS, BackendOption.PASS_LIST.name(), BackendOption.TRANSLATION.name());
    }

    @Override
    public boolean wantsRoutes(BackendOptions options) throws BackendException {
        return EbpfSettings.from(options).stop() == EbpfSettings.Stop.REPLAYED;
    }

    @Override
    public CaptureMode mode() {
        return CaptureMode.COPIES;
    }

    @Override
    public Optional<Capability> capability() {
        return Optional.of(Capability.CAP_BPF);
    }

    @Override
    public Optional<AttachedFilters> attachedFilters(BackendOptions options) throws BackendException {
        return Optional.of(new OwnFilters(EbpfSettings.devices(options)));
    }

    @Override
    public Set<String> ruleOptions() {
        return Set.of(EbpfSettings.INTERFACE);
    }

    @Override
    public List<HostFinding> check(Host host, BackendOptions options) throws BackendException {
        return HostChecks.check(host, options);
    }

    /** The target's own device is among those with an address. */
    @Override
    public Map<String, String> optionsFor(AnswerPath path) {
        return Map.of(EbpfSettings.PORTS, Integer.toString(path.port()));
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        return open(options, List.of());
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options, List<HeldSource> held) throws BackendException {
        EbpfSettings settings = EbpfSettings.from(options);
        Optional<String> cause = unavailabilityCause();
        if (cause.isPresent()) {
            throw new BackendException(Kind.UNAVAILABLE, cause.get());
        }
        Optional<HeldSource> kept = HeldSource.find(held, Capture.heldAs(settings, maxRoutes));
        if (kept.isPresent()) {
            kept.get().take();
            try {
                return Capture.open(settings, maxRoutes, kept.get().descriptors());
            } catch (BackendException e) {
                LOG.log(Level.WARNING, "filters are attached anew, headers that wait are dropped: " + e.getMessage());
            }
        }
        return Capture.open(settings, maxRoutes, List.of());
    }
}
