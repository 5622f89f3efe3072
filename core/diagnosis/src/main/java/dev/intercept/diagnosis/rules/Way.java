package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.rules.Rule.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that a packet meets, in their order: through the hooks, in each through the tables' chains by priority, and into
 * the chains that rules call. As nft_do_chain and nf_hook_slow of the kernel go it: accept ends the table's chain, and drop and
 * queue end the way.
 */
final class Way {

    /** Calls of chains by chains deeper than this are left out; the kernel refuses loops. */
    private static final int MAX_DEPTH = 16;

    private final List<Step> steps = new ArrayList<>();
    private int scopeCount = Step.WHOLE_WAY;

    List<Step> steps() {
        return steps;
    }

    /** Goes on through a chain that the kernel calls. */
    void through(Table table, Chain chain) {
        int untilAccept = ++scopeCount;
        Rule.Base base = new Rule.Base(chain.hook(), chain.priority(), chain.front());
        follow(new Call(table, chain, Match.EVERYTHING, base, untilAccept, 0), List.of(Step.WHOLE_WAY, untilAccept));
        add(chain.policy().reachedBy(Match.EVERYTHING, base), List.of(Step.WHOLE_WAY, untilAccept), Step.NOTHING);
    }

    /** One call of a chain. */
    private record Call(Table table, Chain chain, Match reachedBy, Rule.Base base, int untilAccept, int depth) {

        Call of(Chain called, Match match) {
            return new Call(table, called, match, base, untilAccept, depth + 1);
        }
    }

    private void follow(Call call, List<Integer> around) {
        int untilReturn = ++scopeCount;
        List<Integer> scopes = new ArrayList<>(around);
        scopes.add(untilReturn);
        for (Rule rule : call.chain.rules()) {
            Rule reached = rule.reachedBy(call.reachedBy, call.base);
            Chain called = call.table.chain(rule.jumpsTo());
            if (rule.action() != Action.JUMP) {
                add(reached, scopes, end(rule.action(), call.untilAccept, untilReturn));
            } else if (called != null && call.depth < MAX_DEPTH) {
                follow(call.of(called, reached.match()), scopes);
            } else {
                add(reached.asUnknown(), scopes, Step.WHOLE_WAY);
            }
        }
    }

    private static int end(Action action, int untilAccept, int untilReturn) {
        return switch (action) {
            case ACCEPT -> untilAccept;
            case RETURN -> untilReturn;
            case DROP, QUEUE, UNKNOWN -> Step.WHOLE_WAY;
            case COPY, OTHER, JUMP -> Step.NOTHING;
        };
    }

    private void add(Rule rule, List<Integer> scopes, int ends) {
        steps.add(new Step(rule, List.copyOf(scopes), rule.action() == Action.DROP ? Step.WHOLE_WAY : ends));
    }
}
