package dev.intercept.selftest;

import dev.intercept.ExitCode;
import dev.intercept.kit.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** Runs a program in a network namespace of its own, unshare(1); with it the namespace ends. */
final class PrivateNamespace {

    /** As root the plain one; anyone else becomes root of a user namespace first. */
    private static final List<List<String>> WAYS = List.of(List.of("unshare", "-n"), List.of("unshare", "-Urn"));

    /**
     * iptables' lock: the system's own may be out of reach, and a namespace shares no tables with anyone it would have to
     * wait for.
     */
    private static final String LOCK_VARIABLE = "XTABLES_LOCKFILE";

    private final List<String> way;

    private PrivateNamespace(List<String> way) {
        this.way = way;
    }

    /**
     * Finds a way that this user may go.
     *
     * @throws SelftestException with what each was refused with
     */
    static PrivateNamespace find() throws SelftestException {
        List<String> refusals = new ArrayList<>();
        boolean isMissing = false;
        for (List<String> way : WAYS) {
            try {
                Commands.exec(with(way, List.of("true")).toArray(String[]::new));
                return new PrivateNamespace(way);
            } catch (IOException e) {
                String refusal = String.valueOf(e.getMessage());
                refusals.add(refusal);
                isMissing |= refusal.startsWith("Cannot run program");
            }
        }
        throw refused(refusals, isMissing);
    }

    static SelftestException refused(List<String> refusals, boolean isMissing) {
        return new SelftestException(
                Step.NAMESPACE,
                "no private network namespace can be made: " + String.join("; ", refusals),
                isMissing
                        ? "install unshare: apt-get install util-linux"
                        : "run it as root; as an ordinary user allow user namespaces (sysctl"
                                + " kernel.unprivileged_userns_clone=1, on Ubuntu also"
                                + " kernel.apparmor_restrict_unprivileged_userns=0); in a container start that with"
                                + " --privileged",
                isMissing ? ExitCode.UNAVAILABLE.code() : ExitCode.NO_PERMISSION.code(),
                List.of());
    }

    private static List<String> with(List<String> way, List<String> command) {
        List<String> words = new ArrayList<>(way);
        words.addAll(command);
        return words;
    }

    /** {@code "unshare -n"} */
    String words() {
        return String.join(" ", way);
    }

    /**
     * Runs the command inside, on this process's terminal.
     *
     * @param limitS after so many seconds it is killed; it has a deadline of its own that comes first
     * @return its exit code; empty when it had to be killed
     */
    OptionalInt run(List<String> command, int limitS) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(with(way, command)).inheritIO();
        Map<String, String> environment = builder.environment();
        environment.putIfAbsent(
                LOCK_VARIABLE,
                Path.of(
                                System.getProperty("java.io.tmpdir"),
                                "intercept-selftest-xtables-"
                                        + ProcessHandle.current().pid())
                        .toString());
        Process inside = builder.start();
        Thread orphanGuard = new Thread(inside::destroy, "end selftest");
        Runtime.getRuntime().addShutdownHook(orphanGuard);
        try {
            if (inside.waitFor(limitS, TimeUnit.SECONDS)) {
                return OptionalInt.of(inside.exitValue());
            }
            inside.destroyForcibly().waitFor();
            return OptionalInt.empty();
        } finally {
            Files.deleteIfExists(Path.of(environment.get(LOCK_VARIABLE)));
        }
    }
}
