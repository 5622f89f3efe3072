package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One table of one tool: its chains, and the order in which a packet meets their rules. */
final class Table {

    /** Calls of chains by chains deeper than this are left out; the kernel refuses loops. */
    private static final int MAX_DEPTH = 16;

    private final Map<String, Chain> chains = new LinkedHashMap<>();

    void define(Chain chain) {
        chains.putIfAbsent(chain.name(), chain);
    }

    void add(String chain, Rule rule) {
        chains.computeIfAbsent(chain, name -> new Chain(name, "")).rules().add(rule);
    }

    /** For each hook that answers pass, its rules in the order in which they are met, calls of chains replaced by their rules. */
    List<List<Rule>> waysOfAnswers() {
        List<List<Rule>> ways = new ArrayList<>();
        for (Chain chain : chains.values()) {
            if (chain.seesAnswers()) {
                List<Rule> way = new ArrayList<>();
                follow(chain, Match.EVERYTHING, 0, way);
                ways.add(way);
            }
        }
        return ways;
    }

    private void follow(Chain chain, Match reachedBy, int depth, List<Rule> way) {
        for (Rule rule : chain.rules()) {
            Chain called = chains.get(rule.jumpsTo());
            Rule reached = rule.reachedBy(reachedBy);
            if (called == null) {
                way.add(reached);
            } else if (depth < MAX_DEPTH) {
                follow(called, reached.match(), depth + 1, way);
            }
        }
    }
}
