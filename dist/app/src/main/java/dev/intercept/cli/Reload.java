package dev.intercept.cli;

import dev.intercept.Intercept;
import dev.intercept.StartException;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.cli.ArgumentFiles.ArgumentFileException;
import dev.intercept.diagnosis.watch.Diagnosis;
import dev.intercept.logging.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Reads the file of {@code --config} anew while intercept runs. What can change without a restart is put in force, the rest is named.
 * A file that a start would refuse changes nothing.
 *
 * <p>Thread rule: any thread; one reload waits for the other.
 */
final class Reload {

    /** Of the process, by longest name. */
    private static final Set<String> LIVE = Set.of("--install-rules", "--log-level", "--silence");

    private static final String WITHOUT_CONFIG =
            "nothing to read anew: intercept was started without --config=FILE; 'intercept config --print-default' writes such a file";

    /**
     * @param isDone whether the file was read and its changes are in force
     * @param line for the user
     */
    record Outcome(boolean isDone, String line) {

        private static final String DONE = "+";
        private static final String REFUSED = "-";

        /** For the status socket: the line behind a sign. */
        String reply() {
            return (isDone ? DONE : REFUSED) + line;
        }

        /** @throws IllegalArgumentException for the reply of something else */
        static Outcome of(String reply) {
            if (!reply.startsWith(DONE) && !reply.startsWith(REFUSED)) {
                throw new IllegalArgumentException(reply);
            }
            return new Outcome(reply.startsWith(DONE), reply.substring(1));
        }
    }

    private final Arguments started;
    private final BackendRegistry registry;
    private final OwnRules rules;
    private @Nullable Map<String, String> inForce;

    /** @param started how this process was started */
    Reload(Arguments started, BackendRegistry registry, OwnRules rules) {
        this.started = started;
        this.registry = registry;
        this.rules = rules;
    }

    /** Whether there is a file to read. */
    boolean isPossible() {
        return started.given().stream().anyMatch(ConfigFile::isOption);
    }

    synchronized Outcome of(Intercept intercept, Diagnosis diagnosis, Log log) {
        if (!isPossible()) {
            return new Outcome(false, WITHOUT_CONFIG);
        }
        try {
            return adopt(ArgumentFiles.expand(started.given().toArray(String[]::new)), intercept, diagnosis, log);
        } catch (ArgumentFileException e) {
            return refused(e.getMessage());
        } catch (StartException e) {
            return new Outcome(false, "reload: " + e.getMessage());
        }
    }

    private static Outcome refused(String why) {
        return new Outcome(false, "reload: nothing was changed: " + why);
    }

    private Outcome adopt(Arguments arguments, Intercept intercept, Diagnosis diagnosis, Log log)
            throws StartException {
        CommandLine commandLine = CommandLines.ofStart(registry, arguments);
        InterceptCommand command = commandLine.getCommand();
        try {
            commandLine.parseArgs(arguments.array());
            command.refuseContradictions(commandLine);
        } catch (ParameterException e) {
            return refused(new UsageErrors(arguments).sentence(e));
        }
        // First what may fail.
        List<Integer> ports = rules.ports();
        rules.adopt(command.run.installRules, command.config().passList());
        try {
            intercept.adopt(command.config());
        } catch (StartException e) {
            rules.adopt(ports, intercept.config().passList());
            return refused(e.getMessage());
        }
        diagnosis.silence(command.run.silenced());
        log.setLevel(command.run.logLevel);
        return new Outcome(true, remember(values(commandLine), intercept));
    }

    /** Returns what is in force now and was not, and what needs a restart. */
    private String remember(Map<String, String> wanted, Intercept intercept) {
        List<String> changed = new ArrayList<>();
        List<String> later = new ArrayList<>();
        Map<String, String> inForce = valuesInForce();
        Set<String> names = new TreeSet<>(inForce.keySet());
        names.addAll(wanted.keySet());
        for (String name : names) {
            String before = inForce.get(name);
            String now = wanted.get(name);
            if (!Objects.equals(before, now) && isLive(name, intercept)) {
                changed.add(name + text(now) + ", was" + text(before));
                inForce.put(name, now);
            } else if (!Objects.equals(before, now)) {
                later.add(name + text(now) + ", is" + text(before));
            }
        }
        return "reloaded: " + (changed.isEmpty() ? "nothing to change" : String.join("; ", changed))
                + (later.isEmpty() ? "" : "; needs a restart: " + String.join("; ", later));
    }

    private static String text(@Nullable String value) {
        return value == null ? " not given" : value.isEmpty() ? " given" : " " + value;
    }

    private static boolean isLive(String name, Intercept intercept) {
        return LIVE.contains(name) || intercept.liveOptions().areLive(name);
    }

    private Map<String, String> valuesInForce() {
        Map<String, String> known = inForce;
        if (known == null) {
            CommandLine commandLine = CommandLines.ofStart(registry, started);
            commandLine.parseArgs(started.array());
            known = values(commandLine);
            inForce = known;
        }
        return known;
    }

    /** As typed; of an option that is no list the last. */
    private static Map<String, String> values(CommandLine commandLine) {
        Map<String, String> values = new TreeMap<>();
        for (OptionSpec option : commandLine.getParseResult().matchedOptions()) {
            List<String> given = option.originalStringValues();
            boolean isList = option.isMultiValue() || Repetitions.isList(option);
            values.put(
                    option.longestName(),
                    isList ? String.join(",", given) : option.arity().max() == 0 ? "" : given.get(given.size() - 1));
        }
        return values;
    }
}
