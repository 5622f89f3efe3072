package dev.intercept.rules;

import dev.intercept.kit.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Inserts rules with whichever of the host's firewall tools takes them, in the network namespace of this process. */
public final class Firewall {

    /** The host's own choice first; then each kind by name, since only the old kind knows {@code -j QUEUE}. */
    public static final List<String> TOOLS = List.of("iptables", "iptables-legacy", "iptables-nft");

    private final List<String> tools;

    public Firewall() {
        this(TOOLS);
    }

    Firewall(List<String> tools) {
        this.tools = List.copyOf(tools);
    }

    /**
     * Inserts the first of {@code alternatives} that some tool takes.
     *
     * @param alternatives rules that serve the same backend, the best first
     * @return the commands that did it, one a line; empty when the rule is empty
     * @throws IOException with what each tool said to each alternative, when none took any
     */
    public List<String> insert(List<QueueRule> alternatives) throws IOException {
        List<String> refusals = new ArrayList<>();
        for (QueueRule rule : alternatives) {
            for (String tool : tools) {
                try {
                    return insert(rule, tool);
                } catch (IOException e) {
                    refusals.add(e.getMessage().strip());
                }
            }
        }
        throw new IOException("no firewall tool took the rule:\n  " + String.join("\n  ", refusals));
    }

    /** All of the rules or none. */
    private static List<String> insert(QueueRule rule, String tool) throws IOException {
        List<String> done = new ArrayList<>();
        for (List<String> command : rule.insertion(tool)) {
            try {
                Commands.exec(command.toArray(String[]::new));
            } catch (IOException e) {
                remove(tool, done.size());
                throw e;
            }
            done.add(String.join(" ", command));
        }
        return done;
    }

    private static void remove(String tool, int rules) throws IOException {
        for (int i = 0; i < rules; i++) {
            Commands.exec(tool, "-D", "OUTPUT", "1");
        }
    }
}
