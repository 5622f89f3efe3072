package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.rules.AnswerMatch;
import dev.intercept.diagnosis.rules.Firewall;
import dev.intercept.diagnosis.rules.QueueRule;
import dev.intercept.diagnosis.rules.Rule;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands that make answers reach a queue, in the words of the tools of this host. */
final class RuleCommands {

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
            return String.join(" && ", Firewall.with(Optional.of("nft")).commands(rule()));
        }
        String tool = rule().needsLegacyTool() && isNft() ? "iptables-legacy" : "iptables";
        return inFront(tool + " -I OUTPUT ");
    }

    /** The same rules in front of those of another chain. */
    String insertion(Rule.Base base) {
        return base.isNft()
                ? lastFirst(rule().nft(), words -> base.front() + " '" + words + "'")
                : inFront(base.front() + ' ');
    }

    private String inFront(String front) {
        return lastFirst(rule().specifications(), words -> front + String.join(" ", words));
    }

    /** Each goes in front of the one before it. */
    private static <T> String lastFirst(List<T> words, java.util.function.Function<T, String> command) {
        List<T> reversed = new ArrayList<>(words);
        Collections.reverse(reversed);
        return reversed.stream().map(command).collect(Collectors.joining(" && "));
    }

    private QueueRule rule() {
        return QueueRule.of(rules, new AnswerMatch(Optional.empty(), scope.portText()), List.of());
    }

    /** The iptables that writes nftables refuses the target QUEUE. */
    private boolean isNft() {
        return host.run("iptables", "-V").map(Host.Output::text).orElse("").contains("nf_tables");
    }
}
