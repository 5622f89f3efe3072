package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

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

    /**
     * A wrong port has no rule and no listener; to make them for it would be wrong too. A backend that cannot be used listens
     * nowhere; to start it, as its rule asks for, would fail.
     */
    private static List<Finding> withoutSymptoms(List<Finding> findings) {
        Set<FindingId> symptoms = EnumSet.noneOf(FindingId.class);
        for (Finding finding : findings) {
            if (finding.id() == FindingId.WRONG_TARGET) {
                symptoms.addAll(Set.of(FindingId.RULE_MISSING, FindingId.TARGET_PORT));
            } else if (finding.id() == FindingId.BACKEND && finding.severity() == Severity.FAIL) {
                symptoms.add(FindingId.RULE_NO_LISTENER);
            }
        }
        return findings.stream()
                .filter(finding -> !symptoms.contains(finding.id()))
                .toList();
    }

    public static boolean hasFailure(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.FAIL);
    }
}
