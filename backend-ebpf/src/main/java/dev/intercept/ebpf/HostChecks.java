package dev.intercept.ebpf;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.HostFinding.Topic;
import java.util.ArrayList;
import java.util.List;

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
        findings.addAll(filters(options));
        return findings;
    }

    private static List<HostFinding> filters(BackendOptions options) throws BackendException {
        List<String> attached = new OwnFilters(EbpfSettings.devices(options)).show();
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
