package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.rules.Rule;
import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rules that hand answers to one intercept, as they were when read. Says how to have them hand up the test server's answers
 * alone; never how to let any answer pass that they stop for the test server.
 */
public final class AnswerRules {

    private final Host host;
    private final CheckScope scope;
    private final RuleSet rules;
    private final List<Rule> ours;

    private AnswerRules(Host host, CheckScope scope, RuleSet rules) {
        this.host = host;
        this.scope = scope;
        this.rules = rules;
        this.ours = scope.rules().map(this::feeding).orElse(List.of());
    }

    /** Runs the packet filter's tools in the network namespace of the calling thread. */
    public static AnswerRules read(Host host, CheckScope scope) {
        return new AnswerRules(host, scope, RuleSet.read(host));
    }

    private List<Rule> feeding(CaptureRules capture) {
        Action action = capture.mechanism() == Mechanism.NFLOG ? Action.COPY : Action.QUEUE;
        return rules.feeds(action, OptionalInt.empty()).stream()
                .map(Feed::rule)
                .filter(rule -> feeds(rule, capture))
                .toList();
    }

    /** ip_queue takes the packets of every queue. */
    static boolean feeds(Rule rule, CaptureRules capture) {
        return switch (capture.mechanism()) {
            case IP_QUEUE -> true;
            case NFQUEUE, NFLOG -> capture.listensOn(rule.firstNumber()) && capture.listensOn(rule.lastNumber());
            case OTHER -> false;
        };
    }

    /** The single ports of rules, which are the test servers' as far as the user said. */
    SortedSet<Integer> ports() {
        SortedSet<Integer> ports = new TreeSet<>();
        ours.forEach(rule -> rule.port().ifPresent(ports::add));
        return ports;
    }

    /** Whether a rule has the port itself: then its answers are the test server's, as far as the user said. */
    public boolean name(int port) {
        return ours.stream().anyMatch(rule -> rule.hasPorts() && rule.matchesPort(port));
    }

    /**
     * What makes the rules as narrow as they can be. A narrow rule is in force before a wide one goes.
     *
     * @param targetPorts the test servers'; none where they are not known: then the user has to fill one in
     */
    public String narrowedTo(SortedSet<Integer> targetPorts) {
        if (scope.mode() == CaptureMode.OBSERVES && scope.hasOption("--filter")) {
            return "intercept --filter='tcp and (" + sourcePorts(targetPorts) + ")'" + fillIn(targetPorts);
        }
        List<String> wide = ours.stream()
                .filter(rule -> !rule.hasPorts() && !rule.isUnclear())
                .flatMap(rule -> removals(rule).stream())
                .toList();
        if (wide.isEmpty()) {
            return "intercept check --target-port PORT" + FILL_IN;
        }
        List<String> commands = new ArrayList<>(insertions(targetPorts));
        commands.addAll(wide);
        return String.join(" && ", commands) + fillIn(targetPorts);
    }

    private static final String FILL_IN = "  # PORT: the test server's";

    private static String fillIn(SortedSet<Integer> targetPorts) {
        return targetPorts.isEmpty() ? FILL_IN : "";
    }

    private static String sourcePorts(SortedSet<Integer> targetPorts) {
        return targetPorts.isEmpty()
                ? "src port PORT"
                : targetPorts.stream().map(port -> "src port " + port).collect(Collectors.joining(" or "));
    }

    private List<String> insertions(SortedSet<Integer> targetPorts) {
        return targetPorts.isEmpty()
                ? List.of(insertion(OptionalInt.empty()))
                : targetPorts.stream()
                        .map(port -> insertion(OptionalInt.of(port)))
                        .toList();
    }

    private String insertion(OptionalInt port) {
        return new RuleCommands(host, scope.withTargetPort(port), scope.rules().orElseThrow()).insertion();
    }

    /** Of the rule, and of the one that stops what it copies. */
    private List<String> removals(Rule rule) {
        List<String> removals = new ArrayList<>(List.of(rule.removal()));
        if (rule.action() == Action.COPY) {
            rules.stopAfter(rule, OptionalInt.empty())
                    .filter(stop -> stop.action() == Action.QUEUE && !stop.hasPorts())
                    .filter(stop -> !stop.removal().equals(rule.removal()))
                    .ifPresent(stop -> removals.add(stop.removal()));
        }
        return removals;
    }
}
