package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which rules of a way some answers get to. A rule takes answers from later ones only as far as they get to it itself. */
final class Arrival {

    private final List<Step> way;
    private final Match answers;

    /** @param answers of which a rule is asked whether they get to it; each of them, or it is not certain */
    Arrival(List<Step> way, Match answers) {
        this.way = way;
        this.answers = answers;
    }

    /** One that may keep answers from later rules, and whether they get to it. */
    private record Taker(Step step, Feed arrival) {}

    Feed at(int index) {
        Step last = way.get(index);
        List<Taker> takers = new ArrayList<>();
        for (Step step : way.subList(0, index)) {
            boolean isTaker = step.ends() != Step.NOTHING && step.rule().match().meets(answers);
            if (isTaker && !isOfSameQueue(step.rule(), last.rule())) {
                takers.add(new Taker(step, arrival(step, takers)));
            }
        }
        Feed feed = arrival(last, takers);
        if (feed.winner() == null && last.rule().isUnclear()) {
            return new Feed(last.rule(), null, last.rule());
        }
        return feed.winner() == null && feed.doubt() == null ? new Feed(last.rule(), null, besides(index)) : feed;
    }

    /** One of a chain that the kernel may as well call before. */
    private @Nullable Rule besides(int index) {
        Rule last = way.get(index).rule();
        return way.subList(index + 1, way.size()).stream()
                .filter(step -> step.ends() == Step.WHOLE_WAY && step.rule().isBesides(last))
                .map(Step::rule)
                .filter(rule -> rule.match().covers(answers) && !isOfSameQueue(rule, last))
                .findFirst()
                .orElse(null);
    }

    private Feed arrival(Step at, List<Taker> before) {
        @Nullable Rule doubt = null;
        for (Taker taker : before) {
            Rule rule = taker.step.rule();
            if (!taker.step.isEndFor(at) || taker.arrival.winner() != null) {
                continue;
            }
            boolean isForAll = rule.match().covers(answers);
            boolean isUnsure = taker.arrival.doubt() != null
                    || rule.match().isUnread()
                    || isForAll && rule.base().isElsewhere()
                    || isForAll && rule.isBesides(at.rule())
                    || isPassedOn(rule, at.rule());
            if (isForAll && !isUnsure) {
                return new Feed(at.rule(), rule, null);
            }
            if (isUnsure && doubt == null) {
                doubt = taker.arrival.doubt() != null ? taker.arrival.doubt() : rule;
            }
        }
        return new Feed(at.rule(), null, doubt);
    }

    /** What another program's verdict lets pass goes on to the chains of later tables. */
    private static boolean isPassedOn(Rule earlier, Rule rule) {
        return earlier.action() == Action.QUEUE && !earlier.base().equals(rule.base());
    }

    private static boolean isOfSameQueue(Rule earlier, Rule rule) {
        return earlier.action() == Action.QUEUE
                && rule.action() == Action.QUEUE
                && !earlier.isUnclear()
                && earlier.firstNumber() == rule.firstNumber()
                && earlier.lastNumber() == rule.lastNumber();
    }
}
