package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.LocalHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** iptables, in one of its kinds, and its OUTPUT chain. */
final class Iptables implements RuleTool {

    private static final String CHAIN = "OUTPUT";

    private final String name;

    /** @param name of the program, {@code "iptables-legacy"} */
    Iptables(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean canTake(QueueRule rule) {
        return version()
                .map(text -> !text.contains("nf_tables") || !rule.needsLegacyTool())
                .orElse(false);
    }

    private java.util.Optional<String> version() {
        try {
            return java.util.Optional.of(RuleTool.exec(List.of(name, "-V")));
        } catch (IOException e) {
            return java.util.Optional.empty();
        }
    }

    @Override
    public List<String> commands(QueueRule rule) {
        return insertion(rule).stream().map(words -> String.join(" ", words)).toList();
    }

    private List<List<String>> insertion(QueueRule rule) {
        List<List<String>> commands = new ArrayList<>();
        for (int i = 0; i < rule.specifications().size(); i++) {
            List<String> command = new ArrayList<>(List.of(name, "-I", CHAIN, Integer.toString(i + 1)));
            command.addAll(rule.specifications().get(i));
            commands.add(command);
        }
        return commands;
    }

    @Override
    public int countOf(QueueRule rule) {
        return hasTable()
                ? (int) rule.specifications().stream().filter(this::has).count()
                : 0;
    }

    /** To ask the old kind for a table makes the table, where the kernel has none so far. */
    private boolean hasTable() {
        boolean isLegacy = version().map(text -> !text.contains("nf_tables")).orElse(false);
        return !isLegacy
                || new LocalHost()
                        .readNet("ip_tables_names")
                        .map(names -> names.lines().anyMatch("filter"::equals))
                        .orElse(true);
    }

    private boolean has(List<String> specification) {
        try {
            run("-C", specification);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public List<String> insert(QueueRule rule) throws IOException {
        List<String> done = new ArrayList<>();
        for (List<String> command : insertion(rule)) {
            try {
                RuleTool.exec(command);
            } catch (IOException e) {
                for (int i = 0; i < done.size(); i++) {
                    run("-D", List.of("1"));
                }
                throw e;
            }
            done.add(String.join(" ", command));
        }
        return done;
    }

    /** From the end on, as numbers change behind a rule that is removed. */
    @Override
    public List<String> removeOlder(QueueRule rule) throws IOException {
        List<String> done = new ArrayList<>();
        List<String> rules = rules();
        int newRules = rule.specifications().size();
        for (int i = rules.size() - 1; i >= newRules; i--) {
            if (rules.subList(0, newRules).contains(rules.get(i))) {
                done.add(run("-D", List.of(Integer.toString(i + 1))));
            }
        }
        return done;
    }

    /** The chain's rules as the tool writes them, in their order. */
    private List<String> rules() throws IOException {
        return RuleTool.exec(List.of(name, "-S", CHAIN))
                .lines()
                .filter(line -> line.startsWith("-A "))
                .toList();
    }

    @Override
    public List<String> remove(QueueRule rule) throws IOException {
        List<String> done = new ArrayList<>();
        for (List<String> specification : rule.specifications()) {
            if (hasTable() && has(specification)) {
                done.add(run("-D", specification));
            }
        }
        return done;
    }

    @Override
    public void checkReadable() throws IOException {
        if (hasTable()) {
            rules();
        }
    }

    private String run(String action, List<String> rest) throws IOException {
        List<String> command = new ArrayList<>(List.of(name, action, CHAIN));
        command.addAll(rest);
        RuleTool.exec(command);
        return String.join(" ", command);
    }
}
