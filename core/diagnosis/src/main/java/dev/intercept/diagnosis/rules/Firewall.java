package dev.intercept.diagnosis.rules;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Inserts and removes rules with whichever of the host's firewall tools takes them, in the network namespace of this process.
 */
public final class Firewall {

    /** The host's own choice first; then each kind by name, since only the old kind knows {@code -j QUEUE}; then nft. */
    public static final List<String> TOOLS = List.of("iptables", "iptables-legacy", "iptables-nft", NftTable.NAME);

    private final List<RuleTool> tools;

    public Firewall() {
        this(TOOLS);
    }

    private Firewall(List<String> tools) {
        this.tools = tools.stream().map(Firewall::tool).toList();
    }

    /** With this tool only, one of {@link #TOOLS}; empty for the host's choice. */
    public static Firewall with(Optional<String> tool) {
        return tool.map(name -> new Firewall(List.of(name))).orElseGet(Firewall::new);
    }

    static Firewall with(String... tools) {
        return new Firewall(List.of(tools));
    }

    private static RuleTool tool(String name) {
        return name.equals(NftTable.NAME) ? new NftTable() : new Iptables(name);
    }

    /** The commands that would insert the rules here, one a line. Changes nothing, needs no privilege, and of one tool runs nothing. */
    public List<String> commands(QueueRule rule) {
        if (tools.size() == 1) {
            return tools.get(0).commands(rule);
        }
        return tools.stream()
                .filter(tool -> tool.canTake(rule))
                .findFirst()
                .orElse(tools.get(0))
                .commands(rule);
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
            if (rule.specifications().isEmpty()) {
                return List.of();
            }
            for (RuleTool tool : tools) {
                try {
                    return tool.insert(rule);
                } catch (IOException e) {
                    refusals.add(IoFailure.reason(e).strip());
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
        RuleTool known = toolThatHasMost(rule);
        int there = known.countOf(rule);
        if (there == 0) {
            return insert(List.of(rule));
        }
        if (there == (known instanceof NftTable ? rule.nft() : rule.specifications()).size()) {
            return List.of();
        }
        List<String> done = new ArrayList<>(known.insert(rule));
        done.addAll(known.removeOlder(rule));
        return done;
    }

    /**
     * Removes what {@link #install} of the same rules inserted, each rule once.
     *
     * @return the commands that did it, one a line; empty when none is there
     */
    public List<String> remove(QueueRule rule) throws IOException {
        List<String> done = toolThatHasMost(rule).remove(rule);
        if (done.isEmpty() && !rule.specifications().isEmpty()) {
            checkReadable();
        }
        return done;
    }

    private RuleTool toolThatHasMost(QueueRule rule) {
        return tools.stream()
                .max(Comparator.comparingInt((RuleTool tool) -> tool.countOf(rule))
                        .thenComparingInt(tool -> -tools.indexOf(tool)))
                .orElseThrow();
    }

    /** That nothing was found means something only where some tool may look. */
    private void checkReadable() throws FirewallException {
        List<String> refusals = new ArrayList<>();
        for (RuleTool tool : tools) {
            try {
                tool.checkReadable();
                return;
            } catch (IOException e) {
                refusals.add(IoFailure.reason(e).strip());
            }
        }
        throw new FirewallException(refusals);
    }
}
