package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;

/** Looks at all areas of a host, in the order in which a packet meets them. Takes some 100 ms; changes nothing. */
public final class HostCheck {

    private static final List<Area> AREAS = List.of(
            new JavaArea(),
            new BackendsArea(),
            new PrivilegesArea(),
            new NamespaceArea(),
            new QueueOwnerArea(),
            new WrongPortArea(),
            new RulesArea(),
            new ClientRouteArea(),
            new RpFilterArea(),
            new ForwardArea(),
            new ConntrackArea(),
            new BackendHostArea(),
            new TimestampsArea(),
            new PortsArea(),
            new ExposureArea(),
            new AcknowledgementArea());

    private HostCheck() {}

    /** Reads the network namespace of the calling thread. */
    public static List<Finding> look(Host host, CheckScope scope) {
        List<Finding> findings = new ArrayList<>();
        for (Area area : AREAS) {
            findings.addAll(area.look(host, scope));
        }
        return withoutSymptoms(findings);
    }

    /** A wrong port has no rule and no listener; to make them for it would be wrong too. */
    private static List<Finding> withoutSymptoms(List<Finding> findings) {
        boolean isPortWrong = findings.stream().anyMatch(finding -> finding.id() == FindingId.WRONG_TARGET);
        return findings.stream()
                .filter(finding ->
                        !isPortWrong || finding.id() != FindingId.RULE_MISSING && finding.id() != FindingId.TARGET_PORT)
                .toList();
    }

    public static boolean hasFailure(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.FAIL);
    }
}
