package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import java.util.List;

/** What the backend itself looks at on this host. */
final class BackendHostArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return scope.provider().map(provider -> look(host, scope, provider)).orElse(List.of());
    }

    /** A plug-in that throws here says nothing of the host, and must not keep the other areas from doing so. */
    private static List<Finding> look(Host host, CheckScope scope, CaptureBackendProvider provider) {
        try {
            return provider.check(host, scope.options()).stream()
                    .map(finding -> finding(host, provider.name(), finding))
                    .toList();
        } catch (BackendException e) {
            return List.of(Finding.fail(FindingId.BACKEND, e.getMessage(), "intercept --help  # has the options")
                    .about(provider.name()));
        } catch (RuntimeException | LinkageError e) {
            return List.of(Finding.warn(
                            FindingId.BACKEND,
                            provider.name() + " fails when asked about this host: " + e,
                            "intercept --list-backends  # shows its jar; take another release of it")
                    .about(provider.name()));
        }
    }

    private static Finding finding(Host host, String backend, HostFinding finding) {
        FindingId id = FindingId.valueOf(finding.topic().name());
        return new Finding(
                id,
                Severity.valueOf(finding.severity().name()),
                id == FindingId.BACKEND ? backend : "",
                finding.fact(),
                NetworkNamespaces.withPlace(host, finding.remedy()));
    }
}
