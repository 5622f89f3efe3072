package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands that make answers reach a queue, in the words of the tools of this host. */
final class RuleCommands {

    private static final String INSERT = "-I OUTPUT";

    private final Host host;
    private final CheckScope scope;
    private final CaptureRules rules;

    RuleCommands(Host host, CheckScope scope, CaptureRules rules) {
        this.host = host;
        this.scope = scope;
        this.rules = rules;
    }

    /** The rules that are missing, in front of all others. */
    String insertion() {
        boolean hasIptables = host.run("iptables", "-V").isPresent();
        if (!hasIptables && host.run("nft", "-v").isPresent()) {
            return forNft();
        }
        QueueRule rule = rule();
        String tool = rule.needsLegacyTool() && isNft() ? "iptables-legacy" : "iptables";
        // Each goes in front of the one before it.
        List<List<String>> lastFirst = new ArrayList<>(rule.specifications());
        Collections.reverse(lastFirst);
        return lastFirst.stream()
                .map(words -> tool + " " + INSERT + " " + String.join(" ", words))
                .collect(Collectors.joining(" && "));
    }

    private QueueRule rule() {
        return QueueRule.of(rules, new AnswerMatch(Optional.empty(), scope.portText()), List.of());
    }

    /** The iptables that writes nftables refuses the target QUEUE. */
    private boolean isNft() {
        return host.run("iptables", "-V").map(Host.Output::text).orElse("").contains("nf_tables");
    }

    private String forNft() {
        return "nft add table ip intercept"
                + " && nft add chain ip intercept output '{ type filter hook output priority 0; }'"
                + " && nft add rule ip intercept output tcp sport " + scope.portText() + " " + rules.nft();
    }
}
