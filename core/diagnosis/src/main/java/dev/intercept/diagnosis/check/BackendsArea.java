package dev.intercept.diagnosis.check;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which backends can be used here, which one a start would take, and the kernel modules behind them. */
final class BackendsArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        List<Finding> findings = new ArrayList<>();
        String kernel = host.read("/proc/sys/kernel/osrelease").orElse("unknown");
        boolean isAnyUsable = false;
        for (BackendRegistry.Entry entry : scope.registry().entries()) {
            CaptureBackendProvider provider = entry.provider();
            Optional<String> cause = BackendRegistry.unavailabilityCause(provider);
            isAnyUsable |= cause.isEmpty() && provider.priority() > 0;
            findings.add(ofBackend(provider, cause, scope, kernel));
        }
        if (!isAnyUsable && scope.config().backendName().isEmpty()) {
            findings.add(Finding.fail(
                    FindingId.BACKEND,
                    "no backend that decides verdicts can be used on kernel " + kernel,
                    "modprobe nfnetlink_queue"));
        }
        findings.add(Finding.ok(
                FindingId.BACKEND,
                "kernel modules: " + KernelModules.state(host, "nfnetlink_queue", "netfilter/nfnetlink_queue") + ", "
                        + KernelModules.state(host, "ip_queue", "ip_queue")));
        scope.registry().problems().stream().map(BackendsArea::ofPlugin).forEach(findings::add);
        handlers(host, scope).ifPresent(findings::add);
        return findings;
    }

    private static Finding ofPlugin(String problem) {
        return Finding.warn(FindingId.BACKEND, problem, "intercept --list-backends  # shows what each jar holds");
    }

    private static Finding ofBackend(
            CaptureBackendProvider provider, Optional<String> cause, CheckScope scope, String kernel) {
        boolean isNamed =
                scope.config().backendName().filter(provider.name()::equals).isPresent();
        boolean isChosen = provider.name().equals(scope.backendName());
        if (cause.isEmpty()) {
            return Finding.ok(
                            FindingId.BACKEND,
                            provider.name() + " can be used on kernel " + kernel
                                    + (isChosen ? "; it is the one chosen" : ""))
                    .about(provider.name());
        }
        String fact = provider.name() + " cannot be used: " + cause.get();
        // Not having a backend that nobody asked for is how things are, not something to mend.
        return (isNamed
                        ? Finding.fail(FindingId.BACKEND, fact, alternative(provider, scope))
                        : Finding.ok(FindingId.BACKEND, fact))
                .about(provider.name());
    }

    /** None takes the place of an observer, which serves another set-up than the others. */
    private static String alternative(CaptureBackendProvider provider, CheckScope scope) {
        if (provider.mode() == CaptureMode.OBSERVES) {
            return "intercept --list-backends  # lists them all";
        }
        try {
            return "intercept --backend="
                    + scope.registry().choose(Optional.empty()).provider().name()
                    + "  # can be used here; intercept --list-backends lists them all";
        } catch (BackendException e) {
            return "modprobe nfnetlink_queue";
        }
    }

    /** {@code /proc/net/netfilter/nf_queue} names each family's handler, IPv4 is 2; kernels since 3.6 have no such file. */
    private static Optional<Finding> handlers(Host host, CheckScope scope) {
        if (!KernelModules.isThere(host, "ip_queue", "ip_queue")
                || !KernelModules.isThere(host, "nfnetlink_queue", "netfilter/nfnetlink_queue")) {
            return Optional.empty();
        }
        String handler = host.readNet("netfilter/nf_queue")
                .orElse("")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("2 "))
                .map(line -> line.substring(2))
                .findFirst()
                .orElse("not known");
        String fact = "ip_queue and nfnetlink_queue are both loaded; the handler of IPv4 is " + handler;
        boolean isForIpQueue = scope.mechanism() == Mechanism.IP_QUEUE;
        return Optional.of(
                handler.equals(isForIpQueue ? "ip_queue" : "nf_queue")
                        ? Finding.ok(FindingId.QUEUE_HANDLERS, fact + ", which is the one chosen")
                        : Finding.fail(
                                FindingId.QUEUE_HANDLERS,
                                fact,
                                isForIpQueue ? "rmmod nfnetlink_queue" : "rmmod ip_queue"));
    }
}
