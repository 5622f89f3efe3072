package dev.intercept.cli;

import dev.intercept.StartException;
import dev.intercept.daemon.Account;
import dev.intercept.daemon.Detachment;
import dev.intercept.spi.Capability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line that gives an ordinary user what a start lacked, ready to be pasted into a shell. */
final class PrivilegeAdvice {

    /** What the tunnels' routes and captures take, whichever the backend. */
    private static final List<Capability> KEPT = List.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW);

    private final Account user;
    private final Path launcher;
    private final List<String> arguments;

    /** Words of setpriv(1). */
    private final String capabilities;

    /**
     * For this process; empty where something of the command is not known.
     *
     * @param needed by the backend
     */
    static Optional<PrivilegeAdvice> of(List<String> arguments, Optional<Capability> needed) {
        List<String> typed = arguments.stream()
                .filter(argument -> !argument.equals(Detachment.OPTION))
                .toList();
        return Installation.launcher()
                .flatMap(launcher -> Account.current().map(user -> new PrivilegeAdvice(user, launcher, typed, needed)));
    }

    /**
     * @param arguments as typed
     * @param needed by the backend
     */
    PrivilegeAdvice(Account user, Path launcher, List<String> arguments, Optional<Capability> needed) {
        this.user = user;
        this.launcher = launcher;
        this.arguments = arguments;
        capabilities = Stream.concat(KEPT.stream(), needed.stream())
                .distinct()
                .sorted()
                .map(capability ->
                        "+" + capability.name().substring("CAP_".length()).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    /** The same failure, with the command. */
    StartException addedTo(StartException failure) {
        return new StartException(
                failure.exitCode(),
                failure.getMessage() + "\nintercept: this runs it as " + user.name()
                        + " with what it needs and no more:\n  " + command(),
                failure);
    }

    /** setpriv(1): the capabilities stay with the user through ambient ones, since neither java nor the launcher is setuid. */
    String command() {
        List<String> words = new ArrayList<>(List.of(
                "sudo",
                "setpriv",
                "--reuid=" + user.name(),
                "--regid=" + user.groupId(),
                "--init-groups",
                "--inh-caps=" + capabilities,
                "--ambient-caps=" + capabilities,
                "--bounding-set=-all," + capabilities,
                "--no-new-privs",
                launcher.toString()));
        words.addAll(arguments);
        return words.stream().map(PrivilegeAdvice::quoted).collect(Collectors.joining(" "));
    }

    /** For a shell: what is not certainly harmless stands between apostrophes. */
    private static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
