package dev.intercept.daemon;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.spi.Host;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A user of this host.
 *
 * @param groupIds all groups, the primary one too
 */
public record Account(String name, int userId, int groupId, List<Integer> groupIds) {

    public Account {
        groupIds = List.copyOf(groupIds);
    }

    /**
     * Asks id(1), which knows users of every source that the host is set up for.
     *
     * @throws StartException with USAGE when there is no such user
     */
    public static Account named(String name) throws StartException {
        try {
            return new Account(
                    name,
                    Integer.parseInt(id("-u", name)),
                    Integer.parseInt(id("-g", name)),
                    Arrays.stream(id("-G", name).split(" "))
                            .map(Integer::valueOf)
                            .toList());
        } catch (IOException | NumberFormatException e) {
            throw new StartException(
                    ExitCode.USAGE,
                    "--user " + name + ": there is no such user (" + e.getMessage()
                            + "); create one with: useradd --system " + name,
                    e);
        }
    }

    /** The user of this process; empty where it has no name, as in some containers. */
    public static Optional<Account> current() {
        try {
            return Optional.of(named(run("id", "-un")));
        } catch (IOException | StartException e) {
            return Optional.empty();
        }
    }

    private static String id(String what, String name) throws IOException {
        return run("id", what, "--", name);
    }

    private static String run(String... command) throws IOException {
        Host.Output output =
                new LocalHost().run(command).orElseThrow(() -> new IOException("there is no command " + command[0]));
        if (!output.isSuccess()) {
            throw new IOException(output.text());
        }
        return output.text();
    }
}
