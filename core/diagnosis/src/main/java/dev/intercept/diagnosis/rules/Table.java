package dev.intercept.diagnosis.rules;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One table of one tool: its chains by their names. */
final class Table {

    private final Map<String, Chain> chains = new LinkedHashMap<>();

    void define(Chain chain) {
        chains.putIfAbsent(chain.name(), chain);
    }

    void add(String chain, Rule rule) {
        chains.computeIfAbsent(chain, Chain::new).rules().add(rule);
    }

    @Nullable
    Chain chain(String name) {
        return chains.get(name);
    }

    Collection<Chain> chains() {
        return chains.values();
    }
}
