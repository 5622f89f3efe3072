package dev.intercept.diagnosis.rules;

import dev.intercept.diagnosis.LocalHost;
import dev.intercept.spi.Host;
import java.io.IOException;
import java.util.List;

/** One firewall tool of the host, in the network namespace of this process. Changes return the commands that made them, a line each. */
interface RuleTool {

    /** How a refusal begins where the tool is not installed. */
    String MISSING = "Cannot run program ";

    /** {@code "iptables-legacy"} */
    String name();

    /** Whether it is here, and can do what these rules need. Asks for no privilege. */
    boolean canTake(QueueRule rule);

    /** What {@link #insert} would run. */
    List<String> commands(QueueRule rule);

    /** How many of these rules it has in force; none where it is not here or may not be asked. */
    int countOf(QueueRule rule);

    /** Inserts all of the rules before all others, or none. */
    List<String> insert(QueueRule rule) throws IOException;

    /** Removes all but the first of what is there more than once, and of the rest what {@link #insert} inserted before. */
    List<String> removeOlder(QueueRule rule) throws IOException;

    /** Removes each of the rules once, where it is there. */
    List<String> remove(QueueRule rule) throws IOException;

    /** @throws IOException when it is not here or may not be asked */
    void checkReadable() throws IOException;

    /** Runs a command that must succeed, and returns what it printed. */
    static String exec(List<String> command) throws IOException {
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
