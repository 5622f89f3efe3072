package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetlinkProbe;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Provider of {@code nfqueue}: verdicts from user space over nfnetlink_queue, Linux 2.6.14 and later. */
public final class NfqueueProvider implements CaptureBackendProvider {

    private static final Logger LOG = System.getLogger(NfqueueProvider.class.getName());

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
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        QueueSettings settings = QueueSettings.from(options);
        settings.warning().ifPresent(warning -> LOG.log(Level.WARNING, warning));
        List<CaptureBackend> lanes = new ArrayList<>();
        try {
            for (int queue = settings.firstQueue(); queue <= settings.lastQueue(); queue++) {
                lanes.add(new QueueOpener(new JnaSystemCalls(), settings, queue).open());
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
