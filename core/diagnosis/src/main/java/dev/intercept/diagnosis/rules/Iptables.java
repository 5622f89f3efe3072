package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.LocalHost;
import dev.intercept.spi.Host;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One firewall tool of the host, and its OUTPUT chain. Changes return the command that made them. */
final class Iptables {

    /** How a refusal begins where the tool is not installed. */
    static final String MISSING = "Cannot run program ";

    private static final String CHAIN = "OUTPUT";

    private final String name;

    /** @param name of the program, {@code "iptables-legacy"} */
    Iptables(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Whether it is here, and can do what these rules need. Asks for no privilege. */
    boolean canTake(QueueRule rule) {
        try {
            return !exec(List.of(name, "-V")).contains("nf_tables") || !rule.needsLegacyTool();
        } catch (IOException e) {
            return false;
        }
    }

    /** How many of these rules are in its chain; none where it is not here or may not be asked. */
    int countOf(QueueRule rule) {
        return (int) rule.specifications().stream().filter(this::has).count();
    }

    boolean has(List<String> specification) {
        try {
            run("-C", specification);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Inserts all of the rules or none. */
    List<String> insert(QueueRule rule) throws IOException {
        List<String> done = new ArrayList<>();
        for (List<String> command : rule.insertion(name)) {
            try {
                exec(command);
            } catch (IOException e) {
                for (int i = 0; i < done.size(); i++) {
                    deleteAt(1);
                }
                throw e;
            }
            done.add(String.join(" ", command));
        }
        return done;
    }

    String delete(List<String> specification) throws IOException {
        return run("-D", specification);
    }

    String deleteAt(int number) throws IOException {
        return run("-D", List.of(Integer.toString(number)));
    }

    /** The chain's rules as the tool writes them, in their order. */
    List<String> rules() throws IOException {
        return exec(List.of(name, "-S", CHAIN))
                .lines()
                .filter(line -> line.startsWith("-A "))
                .toList();
    }

    private String run(String action, List<String> rest) throws IOException {
        List<String> command = new ArrayList<>(List.of(name, action, CHAIN));
        command.addAll(rest);
        exec(command);
        return String.join(" ", command);
    }

    private static String exec(List<String> command) throws IOException {
        Host.Output output = new LocalHost()
                .run(command.toArray(String[]::new))
                .orElseThrow(() -> new IOException(MISSING + command.get(0)));
        if (!output.isSuccess()) {
            throw new IOException(
                    String.join(" ", command) + " ended with exit code " + output.exitCode() + ": " + output.text());
        }
        return output.text();
    }
}
