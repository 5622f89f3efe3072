package dev.intercept.ipqueue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.HostFinding.Topic;
import dev.intercept.spi.ReopeningBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The backend {@code ipqueue}: the one lane of ip_queue, for Linux up to 3.4. Preferred wherever the kernel has it. */
public final class IpQueueProvider implements CaptureBackendProvider {

    static final String NAME = "ipqueue";

    private static final Logger LOG = System.getLogger(IpQueueProvider.class.getName());

    private static final String COPY_RANGE = "--copy-range";
    private static final int MIN_COPY_RANGE_BYTES = 40;
    private static final int MAX_COPY_RANGE_BYTES = 65535;

    private static final List<BackendOption> OPTIONS = List.of(new BackendOption(
            List.of(COPY_RANGE), "BYTES", "128", "bytes of each packet the kernel copies; both headers fit into 120"));

    private final KernelEndpoint kernel;

    /** For the kernel; system properties for developers can name another, see docs/ip_queue.md. */
    public IpQueueProvider() {
        this(KernelEndpoint.fromSystemProperties());
    }

    IpQueueProvider(KernelEndpoint kernel) {
        this.kernel = kernel;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "ip_queue, fed by iptables -j QUEUE, on Linux up to 3.4";
    }

    @Override
    public int priority() {
        return 200;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Optional<String> unavailabilityCause() {
        return Availability.unavailabilityCause(kernel);
    }

    @Override
    public List<BackendOption> options() {
        return OPTIONS;
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        return open(options, List.of());
    }

    /** A listener that is to copy another range listens anew: ip_queue has one at a time. */
    @Override
    public List<CaptureBackend> open(BackendOptions options, List<HeldSource> held) throws BackendException {
        int copyRangeBytes = options.number(COPY_RANGE, MIN_COPY_RANGE_BYTES, MAX_COPY_RANGE_BYTES);
        Optional<String> cause = unavailabilityCause();
        if (cause.isPresent()) {
            throw new BackendException(BackendException.Kind.UNAVAILABLE, cause.get());
        }
        if (!kernel.isKernel()) {
            LOG.log(Level.WARNING, "ipqueue talks to a stand-in of the kernel, as system properties ask: {0}", kernel);
        }
        JnrSystemCalls calls = new JnrSystemCalls();
        String heldAs = IpQueueBackend.heldAs(kernel, copyRangeBytes);
        HeldSource.closeOthers(held, Set.of(heldAs), calls::close);
        return List.of(ReopeningBackend.open(() -> {
            Optional<HeldSource> left = HeldSource.find(held, heldAs);
            return left.isPresent()
                    ? IpQueueBackend.resume(calls, kernel, copyRangeBytes, left.get())
                    : IpQueueBackend.open(calls, kernel, copyRangeBytes);
        }));
    }

    @Override
    public Optional<Capability> capability() {
        return Optional.of(Capability.CAP_NET_ADMIN);
    }

    /** The man page's own rule. Where nftables feeds ip_queue, the number of the queue does not matter. */
    @Override
    public Optional<CaptureRules> rules(BackendOptions options) {
        return Optional.of(
                new CaptureRules(Mechanism.IP_QUEUE, "", 0, 0, List.of(List.of("-j", "QUEUE")), "queue num 0"));
    }

    @Override
    public List<HostFinding> check(Host host, BackendOptions options) {
        return host.sysctlNumber(KernelReadings.QUEUE_MAXLEN).stream()
                .map(IpQueueProvider::ofQueueLength)
                .toList();
    }

    private static HostFinding ofQueueLength(long length) {
        String fact = KernelReadings.QUEUE_MAXLEN + " is " + length;
        return length >= QueueLength.GOOD
                ? HostFinding.ok(Topic.QUEUE_MEMORY, fact)
                : HostFinding.warn(
                        Topic.QUEUE_MEMORY,
                        fact + ", a burst of more answers is dropped",
                        "sysctl -w " + KernelReadings.QUEUE_MAXLEN + "=" + QueueLength.forBurst(length, 0));
    }
}
