package dev.intercept.ebpf;

import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.HostFinding.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this backend looks at on a host. */
final class HostChecks {

    private HostChecks() {}

    static List<HostFinding> check(Host host, BackendOptions options) throws BackendException {
        List<HostFinding> findings = new ArrayList<>();
        if (!Capability.CAP_NET_ADMIN.isHeld(host)) {
            findings.add(HostFinding.fail(
                    Topic.BACKEND,
                    "without CAP_NET_ADMIN no filter can be attached to a device",
                    "sudo intercept  # or under systemd: AmbientCapabilities=CAP_BPF CAP_NET_ADMIN"));
        }
        boolean isJitOff = host.sysctlNumber("net.core.bpf_jit_enable")
                .filter(value -> value == 0)
                .isPresent();
        if (isJitOff) {
            findings.add(HostFinding.warn(
                    Topic.BACKEND,
                    "net.core.bpf_jit_enable is 0: the kernel interprets the program, several times slower",
                    "sysctl -w net.core.bpf_jit_enable=1"));
        }
        EbpfSettings settings = EbpfSettings.from(options);
        findings.addAll(filters(settings));
        refusal(settings).ifPresent(findings::add);
        return findings;
    }

    /** The start's words for devices that it cannot take; who holds one that is held is said of its filter. */
    private static Optional<HostFinding> refusal(EbpfSettings settings) {
        try {
            Attachments.take(settings).close();
            return Optional.empty();
        } catch (BackendException e) {
            return e.kind() == Kind.REFUSED
                    ? Optional.empty()
                    : Optional.of(HostFinding.fail(
                            Topic.BACKEND,
                            "backend ebpf: " + e.getMessage(),
                            "ip -br address  # which device do answers leave by? name it with --interface"));
        } catch (SystemCallException e) {
            return Optional.empty(); // Without the capability, which has a finding of its own.
        }
    }

    private static List<HostFinding> filters(EbpfSettings settings) throws BackendException {
        List<String> attached = new OwnFilters(settings.devices()).showStopping();
        List<HostFinding> findings = new ArrayList<>();
        for (String filter : attached) {
            findings.add(
                    filter.endsWith("nobody reads it")
                            ? HostFinding.warn(
                                    Topic.BACKEND,
                                    "a filter of an intercept that ended stops answers: " + filter,
                                    "start intercept, which takes it over  # after the test: intercept rules --backend=ebpf --remove")
                            : HostFinding.ok(Topic.BACKEND, "a filter stops answers: " + filter));
        }
        return findings;
    }
}
