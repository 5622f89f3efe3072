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
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.ReopeningBackend;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
        QueueSettings settings = QueueSettings.from(options);
        settings.warning().ifPresent(warning -> LOG.log(Level.WARNING, warning));
        List<CaptureBackend> lanes = new ArrayList<>();
        try {
            for (int queue = settings.firstQueue(); queue <= settings.lastQueue(); queue++) {
                lanes.add(ReopeningBackend.open(new QueueOpener(new JnaSystemCalls(), settings, queue)::open));
            }
            return lanes;
        } catch (BackendException | RuntimeException e) {
            lanes.forEach(CaptureBackend::close);
            throw e;
        } catch (LinkageError e) {
            throw new BackendException(BackendException.Kind.UNAVAILABLE, NetlinkProbe.explain(e), e);
        }
    }
}
