package dev.intercept.cli;

import dev.intercept.spi.BackendOption;
import dev.intercept.spi.CaptureBackendProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The options of the backends. Options with the same first name are one option; the help text shows each under
 * the backends that share it.
 */
final class BackendOptionGroups {

    /** One option with the names of the backends that declare it. */
    private record Shared(BackendOption option, List<String> backends) {}

    private final Map<String, Shared> byName = new LinkedHashMap<>();
    private final Map<String, Set<String>> requiredBy = new HashMap<>();
    private final Map<String, String> given = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    BackendOptionGroups(List<CaptureBackendProvider> providers) {
        this(providers, name -> true);
    }

    /** @param isWanted by first name; other options are left out, and so are those that intercept itself has */
    BackendOptionGroups(List<CaptureBackendProvider> providers, Predicate<String> isWanted) {
        for (CaptureBackendProvider provider : providers) {
            requiredBy.put(provider.name(), provider.requiredOptions());
            for (BackendOption option : provider.options()) {
                if (isWanted.test(option.name()) && !option.isOfIntercept()) {
                    byName.computeIfAbsent(option.name(), name -> new Shared(option, new ArrayList<>()))
                            .backends()
                            .add(provider.name());
                }
            }
        }
    }

    /** {@code "ipqueue, nfqueue and nflog"} */
    private static String listed(List<String> backends) {
        int last = backends.size() - 1;
        return last == 0
                ? backends.get(0)
                : String.join(", ", backends.subList(0, last)) + " and " + backends.get(last);
    }

    /** Adds one mixin per set of backends. A name that the command has already is left out: see {@link #problems}. */
    void addTo(CommandSpec command) {
        Map<String, CommandSpec> groups = new LinkedHashMap<>();
        for (Shared shared : byName.values()) {
            List<String> names = freeNames(shared, command, groups);
            if (!names.isEmpty()) {
                groups.computeIfAbsent(heading(shared), heading -> CommandSpec.create())
                        .addOption(optionSpec(shared.option(), names));
            }
        }
        groups.forEach(command::addMixin);
    }

    private List<String> freeNames(Shared shared, CommandSpec command, Map<String, CommandSpec> groups) {
        List<String> free = new ArrayList<>();
        for (String name : shared.option().names()) {
            boolean isTaken = command.findOption(name) != null
                    || groups.values().stream().anyMatch(group -> group.findOption(name) != null);
            if (isTaken) {
                problems.add("the option " + name + " of " + listed(shared.backends())
                        + " is left out: intercept has another option of that name");
            } else {
                free.add(name);
            }
        }
        return free;
    }

    private static String heading(Shared shared) {
        return "Options of " + listed(shared.backends());
    }

    private OptionSpec optionSpec(BackendOption option, List<String> names) {
        OptionSpec.Builder spec = OptionSpec.builder(names.toArray(String[]::new))
                .description((option.description() + defaultNote(option)).replace("%", "%%"))
                .setter(new ISetter() {
                    @Override
                    public <T> @Nullable T set(T value) {
                        keep(option, value);
                        return null;
                    }
                });
        return option.isSwitch()
                ? spec.type(Boolean.class).arity("0").build()
                : spec.type(String.class).paramLabel(option.valueLabel()).build();
    }

    private static String defaultNote(BackendOption option) {
        return option.isSwitch() || option.defaultValue().isEmpty() ? "" : " (default: " + option.defaultValue() + ")";
    }

    /** Each once, however many backends declare it. */
    List<BackendOption> options() {
        return byName.values().stream().map(Shared::option).toList();
    }

    /** As a command line gives it; the value of a switch is empty. */
    void take(BackendOption option, String value) {
        keep(option, option.isSwitch() ? "true" : value);
    }

    /** picocli also sets null before it parses. */
    private void keep(BackendOption option, @Nullable Object value) {
        if (value == null || Boolean.FALSE.equals(value)) {
            given.remove(option.name());
        } else {
            given.put(option.name(), value.toString());
        }
    }

    /** Values by the option's first name, {@code "true"} for a switch. */
    Map<String, String> given() {
        return Map.copyOf(given);
    }

    /** The backends that understand the option of this first name. */
    List<String> backendsOf(String option) {
        return Objects.requireNonNull(byName.get(option), option).backends();
    }

    /**
     * Refuses options of other backends.
     *
     * @throws ParameterException that names the first
     */
    void refuseOthersThan(String backend, CommandLine commandLine) {
        firstOfOthersThan(backend).ifPresent(option -> {
            List<String> owners = backendsOf(option);
            throw new ParameterException(
                    commandLine,
                    option + " is an option of " + listed(owners) + ", not of " + backend
                            + ": leave it out, or use --backend=" + owners.get(0));
        });
    }

    /**
     * Refuses options that no backend has together.
     *
     * @throws ParameterException that names all of them, each with its backends
     */
    void refuseWithoutCommonBackend(CommandLine commandLine) {
        if (hasCommonBackend()) {
            return;
        }
        String all = given.keySet().stream()
                .map(option -> option + " of " + listed(backendsOf(option)))
                .collect(Collectors.joining(", "));
        throw new ParameterException(
                commandLine, "no backend has all of these options: " + all + "; leave out those of one backend");
    }

    /** Whether one backend understands all options given. */
    boolean hasCommonBackend() {
        return given.isEmpty() || able().findAny().isPresent();
    }

    private Stream<String> able() {
        return given.keySet().stream()
                .map(this::backendsOf)
                .flatMap(List::stream)
                .distinct()
                .filter(backend -> firstOfOthersThan(backend).isEmpty());
    }

    /** The backend that alone understands all options given and is given all that it requires. */
    Optional<String> onlyOneForAll() {
        List<String> able = able().filter(backend -> given.keySet().containsAll(requiredBy.get(backend)))
                .toList();
        return able.size() == 1 ? Optional.of(able.get(0)) : Optional.empty();
    }

    /** The first option given that this backend does not understand. */
    Optional<String> firstOfOthersThan(String backend) {
        return given.keySet().stream()
                .filter(option -> !backendsOf(option).contains(backend))
                .findFirst();
    }

    List<String> problems() {
        return List.copyOf(problems);
    }
}
