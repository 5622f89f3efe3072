package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.Host;
import java.util.List;

/** Whether this host sends on what is not addressed to it: fatal on an assistant, harmless on the target. */
final class ForwardArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        long forward = host.sysctlNumber("net.ipv4.ip_forward").orElse(0L);
        String fact = "net.ipv4.ip_forward is " + forward;
        if (forward == 0) {
            return List.of(Finding.ok(FindingId.IP_FORWARD, fact));
        }
        if (scope.mode() != CaptureMode.OBSERVES) {
            return List.of(Finding.ok(
                    FindingId.IP_FORWARD,
                    fact + ", which does no harm where " + scope.backendName() + " drops answers"));
        }
        return List.of(Finding.fail(FindingId.IP_FORWARD, fact, "sysctl -w net.ipv4.ip_forward=0"));
    }
}
