package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.rules.RuleSet;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.Host;
import java.util.List;

/** Whether rules hand the answers to the queue that intercept listens on. */
final class RulesArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        if (scope.mechanism() == Mechanism.OTHER) {
            return List.of();
        }
        RuleSet rules = RuleSet.read(host);
        if (rules.tools().isEmpty() && rules.unread().isEmpty()) {
            return List.of(Finding.warn(
                    FindingId.QUEUE_RULE,
                    "the rules cannot be read: neither iptables nor nft is installed and allowed",
                    Capability.CAP_NET_ADMIN.isHeld(host)
                            ? "apt-get install iptables  # or nftables"
                            : "sudo intercept check"));
        }
        return new RulesLook(host, scope, rules).findings();
    }
}
