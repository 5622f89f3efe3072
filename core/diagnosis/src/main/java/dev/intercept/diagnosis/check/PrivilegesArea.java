package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Host;
import java.util.List;

/** Whether this process has the capability that the backend needs. */
final class PrivilegesArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return scope.provider().flatMap(CaptureBackendProvider::capability).stream()
                .map(needed -> needed.isHeld(host)
                        ? Finding.ok(FindingId.PRIVILEGES, "this process has " + needed)
                        : Finding.fail(
                                FindingId.PRIVILEGES,
                                "this process lacks " + needed + ", which " + scope.backendName() + " needs",
                                "sudo intercept  # or under systemd: AmbientCapabilities=" + needed))
                .toList();
    }
}
