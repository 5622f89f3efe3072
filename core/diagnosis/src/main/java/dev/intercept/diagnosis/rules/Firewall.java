package dev.intercept.diagnosis.rules;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Inserts and removes rules with whichever of the host's firewall tools takes them, in the network namespace of this process.
 */
public final class Firewall {

    /** The host's own choice first; then each kind by name, since only the old kind knows {@code -j QUEUE}. */
    public static final List<String> TOOLS = List.of("iptables", "iptables-legacy", "iptables-nft");

    private final List<Iptables> tools;

    public Firewall() {
        this(TOOLS);
    }

    Firewall(List<String> tools) {
        this.tools = tools.stream().map(Iptables::new).toList();
    }

    /** The commands that would insert the rules here, one a line. Changes nothing and needs no privilege. */
    public List<String> commands(QueueRule rule) {
        String name = tools.stream()
                .filter(tool -> tool.canTake(rule))
                .findFirst()
                .orElse(tools.get(0))
                .name();
        return rule.insertion(name).stream()
                .map(command -> String.join(" ", command))
                .toList();
    }

    /**
     * Inserts the first of {@code alternatives} that some tool takes.
     *
     * @param alternatives rules that serve the same backend, the best first
     * @return the commands that did it, one a line; empty when the rule is empty
     * @throws FirewallException when no tool took any
     */
    public List<String> insert(List<QueueRule> alternatives) throws FirewallException {
        List<String> refusals = new ArrayList<>();
        for (QueueRule rule : alternatives) {
            for (Iptables tool : tools) {
                try {
                    return tool.insert(rule);
                } catch (IOException e) {
                    refusals.add(e.getMessage().strip());
                }
            }
        }
        throw new FirewallException(refusals);
    }

    /**
     * Sees to it that the rules are there, once. Where some of them are, all are inserted in front before the old ones go, so
     * that no answer escapes meanwhile.
     *
     * @return the commands that did it, one a line; empty when all are there already
     */
    public List<String> install(QueueRule rule) throws IOException {
        Iptables known = toolThatHasMost(rule);
        int there = known.countOf(rule);
        if (there == rule.specifications().size()) {
            return List.of();
        }
        if (there == 0) {
            return insert(List.of(rule));
        }
        List<String> done = new ArrayList<>(known.insert(rule));
        done.addAll(removeOlder(known, done.size()));
        return done;
    }

    /** From the end on, as numbers change behind a rule that is removed. */
    private static List<String> removeOlder(Iptables tool, int newRules) throws IOException {
        List<String> done = new ArrayList<>();
        List<String> rules = tool.rules();
        for (int i = rules.size() - 1; i >= newRules; i--) {
            if (rules.subList(0, newRules).contains(rules.get(i))) {
                done.add(tool.deleteAt(i + 1));
            }
        }
        return done;
    }

    /**
     * Removes what {@link #install} of the same rules inserted, each rule once.
     *
     * @return the commands that did it, one a line; empty when none is there
     */
    public List<String> remove(QueueRule rule) throws IOException {
        Iptables tool = toolThatHasMost(rule);
        List<String> done = new ArrayList<>();
        for (List<String> specification : rule.specifications()) {
            if (tool.has(specification)) {
                done.add(tool.delete(specification));
            }
        }
        if (done.isEmpty() && !rule.specifications().isEmpty()) {
            checkReadable();
        }
        return done;
    }

    private Iptables toolThatHasMost(QueueRule rule) {
        return tools.stream()
                .max(Comparator.comparingInt((Iptables tool) -> tool.countOf(rule))
                        .thenComparingInt(tool -> -tools.indexOf(tool)))
                .orElseThrow();
    }

    /** That nothing was found means something only where some tool may look. */
    private void checkReadable() throws FirewallException {
        List<String> refusals = new ArrayList<>();
        for (Iptables tool : tools) {
            try {
                tool.rules();
                return;
            } catch (IOException e) {
                refusals.add(e.getMessage().strip());
            }
        }
        throw new FirewallException(refusals);
    }
}
