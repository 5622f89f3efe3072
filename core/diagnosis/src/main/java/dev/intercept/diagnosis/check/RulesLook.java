package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.rules.Rule;
import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** One look at one rule set: which of its rules hand answers to intercept, and what keeps them from it. */
final class RulesLook {

    private final Host host;
    private final CheckScope scope;
    private final RuleSet rules;
    private final CaptureRules capture;
    private final Action action;
    private final List<Finding> findings = new ArrayList<>();

    RulesLook(Host host, CheckScope scope, RuleSet rules) {
        this.host = host;
        this.scope = scope;
        this.rules = rules;
        this.capture = scope.rules().orElseThrow();
        this.action = capture.mechanism() == Mechanism.NFLOG ? Action.COPY : Action.QUEUE;
    }

    List<Finding> findings() {
        List<Feed> feeds = rules.feeds(action, scope.targetPort());
        feeds.stream().filter(feed -> isOurs(feed.rule())).forEach(this::lookAtOurs);
        if (findings.isEmpty()) {
            feeds.stream().filter(feed -> feed.rule().isUnclear()).forEach(feed -> reportUnclear(feed.rule()));
        }
        if (findings.isEmpty()) {
            feeds.forEach(this::lookAtOther);
        }
        if (findings.isEmpty()) {
            reportMissing();
        }
        return findings;
    }

    private boolean isOurs(Rule rule) {
        return !rule.isUnclear() && AnswerRules.feeds(rule, capture);
    }

    private void lookAtOurs(Feed feed) {
        Rule rule = feed.rule();
        if (feed.winner() != null) {
            lookAtWinner(rule, feed.winner());
        } else if (feed.doubt() != null) {
            lookAtDoubt(rule, feed.doubt());
        } else if (action == Action.COPY) {
            lookAtStop(rule);
        } else if (rule.isBypass()) {
            reportBypass(rule);
        } else if (isListening(rule)) {
            reportFine(rule);
        } else {
            findings.add(Finding.warn(
                    FindingId.RULE_NO_LISTENER,
                    "[" + rule.text() + "] is in force and nothing listens on queue " + rule.firstNumber(),
                    "intercept --backend=" + scope.backendName() + numbers(capture.numbers())));
        }
    }

    private void lookAtDoubt(Rule rule, Rule doubt) {
        String order = doubt.isBesides(rule) ? "] comes beside [" : "] comes after [";
        reportDoubt("[" + rule.text() + order + doubt.text() + "]", doubt, rule);
    }

    /** Where a rule of another queue of ours takes the answers first, all is well. */
    private void lookAtWinner(Rule rule, Rule winner) {
        if (winner.action() == Action.QUEUE && isOurs(winner)) {
            return;
        }
        findings.add(Finding.fail(
                FindingId.RULE_AFTER_ACCEPT,
                "[" + rule.text() + "] comes after [" + winner.text() + "]",
                rule.removal() + " && " + moved(rule, winner.base())));
    }

    /** The rule as it is, in front of its own chain where that helps; otherwise one for its port in front of what wins. */
    private String moved(Rule rule, Rule.Base winners) {
        boolean isEnough =
                action == Action.QUEUE && rule.isInBase() && rule.base().equals(winners);
        return isEnough ? rule.insertionWithoutBypass() : commandsFor(rule).insertion(winners);
    }

    /** For the port of the rule that it replaces, where the user did not say one and the rule has one. */
    private RuleCommands commandsFor(Rule rule) {
        OptionalInt port = scope.targetPort().isEmpty() ? rule.port() : scope.targetPort();
        return new RuleCommands(host, scope.withTargetPort(port), capture);
    }

    private String insertionFor(Rule rule) {
        return commandsFor(rule).insertion();
    }

    /** What NFLOG has copied goes on to the next rule, which must stop it. */
    private void lookAtStop(Rule rule) {
        Optional<Rule> stop = rules.stopAfter(rule, scope.targetPort());
        Optional<Rule> doubt = rules.doubtAfter(rule, scope.targetPort());
        if (stop.isEmpty() && doubt.isPresent()) {
            reportDoubt(
                    "[" + rule.text() + "] hands up a copy, and [" + doubt.get().text() + "] comes after it",
                    doubt.get(),
                    rule);
        } else if (stop.isEmpty()) {
            findings.add(Finding.fail(
                    FindingId.RULE_MISSING,
                    "[" + rule.text() + "] hands up a copy, and no rule after it stops the answer",
                    rule.removal() + " && " + insertionFor(rule)));
        } else if (stop.get().isDropOfOwnPackets()) {
            reportDrop(rule, stop.get());
        } else {
            reportFine(rule);
        }
    }

    private void reportDrop(Rule rule, Rule stop) {
        boolean isOneRule = stop.removal().equals(rule.removal());
        // In this order: until the new rules are there, the old one stops the answers.
        String remedy = isOneRule
                ? insertionFor(rule) + " && " + rule.removal()
                : rule.removal() + " && " + insertionFor(rule)
                        + (stop.removal().isEmpty() ? "" : " && " + stop.removal());
        findings.add(Finding.fail(
                FindingId.RULE_DROPS,
                "[" + stop.text() + "] stops answers that [" + rule.text()
                        + "] has copied, and the test server's TCP sends them again and again",
                remedy));
    }

    private void reportBypass(Rule rule) {
        String replaced = rule.insertion().isEmpty() ? insertionFor(rule) : rule.insertionWithoutBypass();
        String remedy = replaced + " && " + rule.removal();
        findings.add(
                isListening(rule)
                        ? Finding.warn(
                                FindingId.RULE_BYPASS,
                                "[" + rule.text() + "] lets every answer pass as soon as nothing listens on queue "
                                        + rule.firstNumber(),
                                remedy)
                        : Finding.fail(
                                FindingId.RULE_BYPASS,
                                "[" + rule.text() + "] lets every answer pass: nothing listens on queue "
                                        + rule.firstNumber(),
                                remedy));
    }

    private void reportFine(Rule rule) {
        String which =
                rule.isNarrower() ? "hands the answers that it matches to intercept" : "hands answers to intercept";
        findings.add(Finding.ok(FindingId.QUEUE_RULE, "[" + rule.text() + "] " + which));
    }

    private void reportUnclear(Rule rule) {
        reportDoubt("[" + rule.text() + "] may hand answers to intercept", rule, rule);
    }

    /** Neither well nor wrong: what a rule does that is not understood is for the user to judge. */
    private void reportDoubt(String fact, Rule doubt, Rule rule) {
        findings.add(Finding.warn(
                FindingId.QUEUE_RULE,
                fact + "; " + doubt.whyUnsure(rule),
                (doubt.base().isNft()
                                ? "nft list ruleset"
                                : doubt.base().front().replace(" -I ", " -nvL "))
                        + "  # is it for answers of the test server? Their captured packets: intercept status -v"));
    }

    private boolean isListening(Rule rule) {
        return capture.mechanism() == Mechanism.IP_QUEUE
                ? IpQueueState.read(host).map(IpQueueState::hasListener).orElse(false)
                : hasListeners(rule);
    }

    private boolean hasListeners(Rule rule) {
        QueueTable table = QueueTable.read(host);
        return IntStream.rangeClosed(rule.firstNumber(), rule.lastNumber())
                .allMatch(number -> table.of(number).isPresent());
    }

    private String numbers(String numbers) {
        return capture.numberOption().isEmpty() ? "" : " " + capture.numberOption() + "=" + numbers;
    }

    private void lookAtOther(Feed feed) {
        Rule rule = feed.rule();
        if (feed.winner() != null || feed.doubt() != null || hasListeners(rule)) {
            return;
        }
        if (rule.feeds(capture.firstNumber()) || rule.feeds(capture.lastNumber())) {
            reportOtherLanes(rule);
        } else {
            findings.add(Finding.fail(
                    FindingId.RULE_WRONG_QUEUE,
                    "[" + rule.text() + "] sends to " + unit() + rule.firstNumber()
                            + ", where nothing listens; intercept listens on " + capture.numbers(),
                    // In this order: the old rule drops every answer until the new one is there.
                    insertionFor(rule) + " && " + rule.removal()));
        }
    }

    /** The rule is right, and intercept listens on a part of its queues. */
    private void reportOtherLanes(Rule rule) {
        String all = rule.firstNumber() + ":" + rule.lastNumber();
        findings.add(Finding.fail(
                FindingId.RULE_WRONG_QUEUE,
                "[" + rule.text() + "] spreads answers over queues " + all + ", and intercept listens on "
                        + capture.numbers(),
                "intercept --backend=" + scope.backendName() + numbers(all)));
    }

    private void reportMissing() {
        List<Rule> mistaken = rules.forClientPort(action, scope.targetPort());
        if (mistaken.isEmpty()) {
            String forPort = scope.targetPort().isPresent() ? " from port " + scope.portText() : "";
            String fact = "no rule for outgoing packets" + forPort + " sends to " + unit() + capture.numbers() + " ("
                    + String.join(", ", rules.tools()) + " were asked)";
            findings.add(
                    rules.unread().isEmpty()
                            ? Finding.fail(
                                    FindingId.RULE_MISSING, fact, new RuleCommands(host, scope, capture).insertion())
                            : unreadable(fact));
            return;
        }
        Rule rule = mistaken.get(0);
        OptionalInt port = scope.targetPort().isPresent() ? scope.targetPort() : rule.clientPort();
        findings.add(Finding.fail(
                FindingId.RULE_MISSING,
                "[" + rule.text() + "] has the test server's port as the destination; in an answer it is the source",
                new RuleCommands(host, scope.withTargetPort(port), capture).insertion() + " && " + rule.removal()));
    }

    private Finding unreadable(String fact) {
        return Finding.warn(
                FindingId.QUEUE_RULE,
                fact + ", and what nft lists could not be read: it may have one",
                "nft list ruleset  # is there a rule for answers of the test server?");
    }

    private String unit() {
        return action == Action.COPY ? "NFLOG group " : "queue ";
    }
}
