package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.rules.Rule;
import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether rules hand the answers to the queue that intercept listens on. */
final class RulesArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        if (scope.mechanism() == Mechanism.OTHER) {
            return List.of();
        }
        RuleSet rules = RuleSet.read(host);
        if (rules.tools().isEmpty()) {
            return List.of(Finding.warn(
                    FindingId.QUEUE_RULE,
                    "the rules cannot be read: neither iptables nor nft is installed and allowed",
                    Capability.CAP_NET_ADMIN.isHeld(host)
                            ? "apt-get install iptables  # or nftables"
                            : "sudo intercept check"));
        }
        return new Look(host, scope, rules).findings();
    }

    /** One look at one rule set. */
    private static final class Look {

        private final Host host;
        private final CheckScope scope;
        private final RuleSet rules;
        private final CaptureRules capture;
        private final RuleCommands commands;
        private final boolean copies;
        private final List<Finding> findings = new ArrayList<>();

        Look(Host host, CheckScope scope, RuleSet rules) {
            this.host = host;
            this.scope = scope;
            this.rules = rules;
            this.capture = scope.rules().orElseThrow();
            this.commands = new RuleCommands(host, scope, capture);
            this.copies = capture.mechanism() == Mechanism.NFLOG;
        }

        List<Finding> findings() {
            List<Feed> feeds = rules.feeds(copies ? Action.COPY : Action.QUEUE).stream()
                    .filter(feed -> scope.targetPort().isEmpty()
                            || feed.rule().matchesPort(scope.targetPort().getAsInt()))
                    .toList();
            List<Feed> ours = feeds.stream()
                    .filter(feed -> AnswerRules.feeds(feed.rule(), capture))
                    .toList();
            ours.forEach(this::lookAtOurs);
            if (ours.isEmpty()) {
                feeds.stream()
                        .filter(feed -> !hasListener(feed.rule().firstNumber()))
                        .forEach(this::tellWrongQueue);
                if (findings.isEmpty()) {
                    tellMissing();
                }
            }
            return findings;
        }

        private boolean hasListener(int queue) {
            return QueueTable.read(host).of(queue).isPresent();
        }

        private void lookAtOurs(Feed feed) {
            Rule rule = feed.rule();
            if (feed.winner() != null) {
                String insertion = rule.insertion().isEmpty() ? insertionFor(rule) : rule.insertion();
                findings.add(Finding.fail(
                        FindingId.RULE_AFTER_ACCEPT,
                        "[" + rule.text() + "] comes after [" + feed.winner().text() + "]",
                        rule.removal() + " && " + insertion));
            } else if (copies) {
                lookAtStop(rule);
            } else if (!isListening(rule) && !rule.isBypass()) {
                findings.add(Finding.warn(
                        FindingId.RULE_NO_LISTENER,
                        "[" + rule.text() + "] is in force and nothing listens on queue " + rule.firstNumber(),
                        startCommand()));
            } else {
                tellFine(rule);
            }
        }

        /** For the port of the rule that it replaces, where the user did not say one and the rule has one. */
        private String insertionFor(Rule rule) {
            return scope.targetPort().isEmpty() && rule.port().isPresent()
                    ? new RuleCommands(host, scope.withTargetPort(rule.port()), capture).insertion()
                    : commands.insertion();
        }

        /** What NFLOG has copied goes on to the next rule, which must stop it. */
        private void lookAtStop(Rule rule) {
            Optional<Rule> stop = rules.stopAfter(rule);
            if (stop.isEmpty()) {
                findings.add(Finding.fail(
                        FindingId.RULE_MISSING,
                        "[" + rule.text() + "] hands up a copy, and no rule after it stops the answer",
                        rule.removal() + " && " + insertionFor(rule)));
            } else if (stop.get().isDropOfOwnPackets()) {
                findings.add(Finding.fail(
                        FindingId.RULE_DROPS,
                        "[" + stop.get().text() + "] stops answers that [" + rule.text()
                                + "] has copied, and the test server's TCP sends them again and again",
                        rule.removal() + " && " + insertionFor(rule) + " && "
                                + stop.get().removal()));
            } else {
                tellFine(rule);
            }
        }

        private void tellFine(Rule rule) {
            findings.add(Finding.ok(FindingId.QUEUE_RULE, "[" + rule.text() + "] hands answers to intercept"));
        }

        private boolean isListening(Rule rule) {
            return capture.mechanism() == Mechanism.IP_QUEUE
                    ? IpQueueState.read(host).map(IpQueueState::hasListener).orElse(false)
                    : hasListener(rule.firstNumber());
        }

        private String startCommand() {
            return "intercept --backend=" + scope.backendName()
                    + (capture.numberOption().isEmpty() ? "" : " " + capture.numberOption() + "=" + capture.numbers());
        }

        private void tellWrongQueue(Feed feed) {
            Rule rule = feed.rule();
            findings.add(Finding.fail(
                    FindingId.RULE_WRONG_QUEUE,
                    "[" + rule.text() + "] sends to " + (copies ? "group " : "queue ") + rule.firstNumber()
                            + ", where nothing listens; intercept listens on " + capture.numbers(),
                    // In this order: the old rule drops every answer until the new one is there.
                    insertionFor(rule) + " && " + rule.removal()));
        }

        private void tellMissing() {
            String forPort = scope.targetPort().isPresent() ? " from port " + scope.portText() : "";
            findings.add(Finding.fail(
                    FindingId.RULE_MISSING,
                    "no rule for outgoing packets" + forPort + " sends to " + (copies ? "NFLOG group " : "queue ")
                            + capture.numbers() + " (" + String.join(", ", rules.tools()) + " were asked)",
                    commands.insertion()));
        }
    }
}
