package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All rules of this network namespace that answers can meet. Read through whichever tools are installed. */
public final class RuleSet {

    /**
     * A rule that hands answers up.
     *
     * @param winner the rule before it that takes every answer it would match; null where there is none
     * @param doubt a rule before it, or itself, of which is not known which answers it takes; null where there is none
     */
    public record Feed(
            Rule rule, @Nullable Rule winner, @Nullable Rule doubt) {}

    /** Answers of this host's servers, and of the containers on it. Of the others see {@link Rule.Base#isElsewhere}. */
    private static final List<List<String>> HOOKS = List.of(
            List.of("output", "postrouting", "egress"),
            List.of("ingress", "prerouting", "forward", "postrouting", "egress"));

    private final List<Way> ways;
    private final List<String> tools;
    private final List<String> unread;

    RuleSet(List<Table> tables, List<String> tools, List<String> unread) {
        this.ways = HOOKS.stream().map(hooks -> way(hooks, tables)).toList();
        this.tools = List.copyOf(tools);
        this.unread = List.copyOf(unread);
    }

    public static RuleSet read(Host host) {
        return new RuleReader(host).read();
    }

    private static Way way(List<String> hooks, List<Table> tables) {
        record Called(Table table, Chain chain) {}
        Way way = new Way();
        for (String hook : hooks) {
            tables.stream()
                    .flatMap(table -> table.chains().stream().map(chain -> new Called(table, chain)))
                    .filter(called -> called.chain.hook().equals(hook))
                    .sorted(Comparator.comparingInt(called -> called.chain.priority()))
                    .forEach(called -> way.through(called.table, called.chain));
        }
        return way;
    }

    /** Whose rules could be read; none when no tool is installed or the privilege is missing. */
    public List<String> tools() {
        return tools;
    }

    /** Whose rules are there and could not be read. */
    public List<String> unread() {
        return unread;
    }

    /**
     * The rules with this action that see answers, with what comes before each.
     *
     * @param port the target's; empty for all
     */
    public List<Feed> feeds(Action action, OptionalInt port) {
        List<Feed> feeds = new ArrayList<>();
        stepsThat(rule -> rule.action() == action, (way, index) -> {
            Match match = way.get(index).rule().match().and(wanted(port));
            if (match.seesAnswers()) {
                feeds.add(new Arrival(way, match).at(index));
            }
        });
        return feeds;
    }

    private static Match wanted(OptionalInt port) {
        return port.isPresent() ? Match.ofPorts(Ports.of(port.getAsInt())) : Match.EVERYTHING;
    }

    /** Rules that hand up packets to this port, in place of packets from it. */
    public List<Rule> forClientPort(Action action, OptionalInt port) {
        List<Rule> rules = new ArrayList<>();
        stepsThat(
                rule -> rule.action() == action && !rule.base().isElsewhere() && rule.isForClientPort(port),
                (way, index) -> rules.add(way.get(index).rule()));
        return rules;
    }

    private interface AtStep {
        void accept(List<Step> way, int index);
    }

    /** The rules behind output are looked at once, on the way of this host's own answers. */
    private void stepsThat(Predicate<Rule> condition, AtStep action) {
        for (Way way : ways) {
            List<Step> steps = way.steps();
            for (int i = 0; i < steps.size(); i++) {
                Rule rule = steps.get(i).rule();
                boolean isSecondTime =
                        way != ways.get(0) && HOOKS.get(0).contains(rule.base().hook());
                if (condition.test(rule) && !isSecondTime) {
                    action.accept(steps, i);
                }
            }
        }
    }

    /**
     * The later rule that stops what {@code copying} hands up, by a drop or by a queue; without one, answers escape. Whether
     * somebody listens on the queue does not matter.
     *
     * @param port the target's, whose answers are to be stopped; empty for all that are copied
     */
    public Optional<Rule> stopAfter(Rule copying, OptionalInt port) {
        Match copied = copying.match().and(wanted(port));
        return after(copying, copied)
                .filter(rule ->
                        rule.stops() && !isUnsure(rule, copying) && rule.match().covers(copied))
                .findFirst();
    }

    /**
     * A later rule that might stop what {@code copying} hands up, and of which that is not known.
     *
     * @param port as for {@link #stopAfter}
     */
    public Optional<Rule> doubtAfter(Rule copying, OptionalInt port) {
        Match copied = copying.match().and(wanted(port));
        return after(copying, copied)
                .filter(rule -> (rule.stops() || rule.action() == Action.UNKNOWN)
                        && isUnsure(rule, copying)
                        && rule.match().meets(copied))
                .findFirst();
    }

    private static boolean isUnsure(Rule rule, Rule copying) {
        return rule.isUnclear() || rule.isBesides(copying);
    }

    /** The rules that packets get to behind it. */
    private Stream<Rule> after(Rule copying, Match copied) {
        for (Way way : ways) {
            List<Step> steps = way.steps();
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i).rule().equals(copying)) {
                    return reached(steps, i, copied).stream();
                }
            }
        }
        return Stream.of();
    }

    private static List<Rule> reached(List<Step> way, int index, Match copied) {
        List<Rule> rules = new ArrayList<>();
        List<Step> ends = new ArrayList<>();
        for (Step step : way.subList(index + 1, way.size())) {
            if (ends.stream().noneMatch(end -> end.isEndFor(step))) {
                rules.add(step.rule());
                if (step.rule().match().covers(copied) && step.ends() != Step.NOTHING) {
                    ends.add(step);
                }
            }
        }
        return rules;
    }
}
