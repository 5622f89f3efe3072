package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetlinkProbe;
import dev.intercept.nfnetlink.SocketMemory;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.ReopeningBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Provider of {@code nfqueue}: verdicts from user space over nfnetlink_queue, Linux 2.6.14 and later. */
public final class NfqueueProvider implements CaptureBackendProvider {

    private static final Logger LOG = System.getLogger(NfqueueProvider.class.getName());

    /** What one waiting packet costs of a netlink socket's receive buffer, at least; headers only. */
    private static final long BYTES_PER_PACKET = 2048;

    @Override
    public String name() {
        return "nfqueue";
    }

    @Override
    public String description() {
        return "NFQUEUE of iptables and nftables: the kernel waits for the verdict";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Optional<String> unavailabilityCause() {
        return NetlinkProbe.unavailabilityCause();
    }

    @Override
    public List<BackendOption> options() {
        return QueueSettings.OPTIONS;
    }

    @Override
    public Optional<Capability> capability() {
        return Optional.of(Capability.CAP_NET_ADMIN);
    }

    @Override
    public Optional<CaptureRules> rules(BackendOptions options) throws BackendException {
        return Optional.of(QueueSettings.rules(options));
    }

    @Override
    public Set<String> ruleOptions() {
        return Set.of(QueueSettings.QUEUE);
    }

    @Override
    public List<HostFinding> check(Host host, BackendOptions options) throws BackendException {
        int packets = QueueSettings.from(options).maxPackets();
        return List.of(SocketMemory.check(host, "a queue of " + packets + " packets", packets * BYTES_PER_PACKET));
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        return open(options, List.of());
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options, List<HeldSource> held) throws BackendException {
        QueueSettings settings = QueueSettings.from(options);
        settings.warning().ifPresent(warning -> LOG.log(Level.WARNING, warning));
        JnaSystemCalls calls = new JnaSystemCalls();
        List<QueueOpener> openers = IntStream.rangeClosed(settings.firstQueue(), settings.lastQueue())
                .mapToObj(queue -> new QueueOpener(calls, settings, queue))
                .toList();
        List<CaptureBackend> lanes = new ArrayList<>();
        try {
            // A queue that is to have other settings is to be taken anew.
            HeldSource.closeOthers(
                    held, openers.stream().map(QueueOpener::heldAs).collect(Collectors.toSet()), calls::close);
            for (QueueOpener opener : openers) {
                lanes.add(ReopeningBackend.open(source(opener, held)));
            }
            return lanes;
        } catch (BackendException | RuntimeException e) {
            lanes.forEach(CaptureBackend::close);
            throw e;
        } catch (LinkageError e) {
            throw new BackendException(BackendException.Kind.UNAVAILABLE, NetlinkProbe.explain(e), e);
        }
    }

    /** Goes on with what was held the first time. */
    private static ReopeningBackend.Source source(QueueOpener opener, List<HeldSource> held) {
        return () -> {
            Optional<HeldSource> left = HeldSource.find(held, opener.heldAs());
            return left.isPresent() ? opener.resume(left.get().take()) : opener.open();
        };
    }
}
