package dev.intercept.nflog;

import dev.intercept.nfnetlink.CopyRange;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetlinkProbe;
import dev.intercept.nfnetlink.SocketMemory;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.ReopeningBackend;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Provider of {@code nflog}: headers over nfnetlink_log, verdicts by the kernel's rules. */
public final class NflogProvider implements CaptureBackendProvider {

    @Override
    public String name() {
        return "nflog";
    }

    @Override
    public String description() {
        return "NFLOG of iptables and nftables: the rules decide, headers come in batches";
    }

    /** It decides nothing, and without its rules answers would escape: never chosen silently. */
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
        return NetlinkProbe.unavailabilityCause();
    }

    @Override
    public List<BackendOption> options() {
        return GroupSettings.OPTIONS;
    }

    @Override
    public CaptureMode mode() {
        return CaptureMode.COPIES;
    }

    @Override
    public Optional<Capability> capability() {
        return Optional.of(Capability.CAP_NET_ADMIN);
    }

    @Override
    public Optional<CaptureRules> rules(BackendOptions options) throws BackendException {
        return Optional.of(GroupRules.of(options));
    }

    @Override
    public Set<String> ruleOptions() {
        return Set.of(GroupSettings.GROUP, CopyRange.OPTION.name());
    }

    @Override
    public List<HostFinding> check(Host host, BackendOptions options) throws BackendException {
        int bytes = GroupSettings.from(options).bufferBytes();
        return List.of(SocketMemory.check(host, GroupSettings.BUFFER, bytes));
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        return open(options, List.of());
    }

    /** A group that is to have other settings is taken anew. */
    @Override
    public List<CaptureBackend> open(BackendOptions options, List<HeldSource> held) throws BackendException {
        JnaSystemCalls calls = new JnaSystemCalls();
        GroupOpener opener = new GroupOpener(calls, GroupSettings.from(options));
        HeldSource.closeOthers(held, Set.of(opener.heldAs()), calls::close);
        return List.of(ReopeningBackend.open(() -> {
            Optional<HeldSource> left = HeldSource.find(held, opener.heldAs());
            return left.isPresent() ? opener.resume(left.get()) : opener.open();
        }));
    }
}
