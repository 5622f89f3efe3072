package dev.intercept.spi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The values of a backend's options: what the user gave, otherwise the option's default. Immutable. */
public final class BackendOptions {

    private final Map<String, BackendOption> known = new HashMap<>();
    private final Map<String, String> given;

    /**
     * @param options what the backend understands
     * @param given values by the option's first name, {@code --queue} to {@code "0:3"}; {@code "true"} for a switch
     * @throws BackendException of kind USAGE when {@code given} names an option that is not among {@code options}
     */
    public BackendOptions(List<BackendOption> options, Map<String, String> given) throws BackendException {
        for (BackendOption option : options) {
            known.put(option.name(), option);
        }
        for (String name : given.keySet()) {
            if (!known.containsKey(name)) {
                throw new BackendException(
                        BackendException.Kind.USAGE,
                        name + " is not an option of this backend; it understands "
                                + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known.keySet()))));
            }
        }
        this.given = Map.copyOf(given);
    }

    /** Options of which none was given. */
    public static BackendOptions defaults(List<BackendOption> options) {
        try {
            return new BackendOptions(options, Map.of());
        } catch (BackendException e) {
            throw new AssertionError("nothing was given that could be refused", e);
        }
    }

    /** The value given, or the default; empty when neither is there. */
    public Optional<String> text(String name) {
        String value = given.getOrDefault(name, option(name).defaultValue());
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** Whether the user gave this option. */
    public boolean isGiven(String name) {
        option(name);
        return given.containsKey(name);
    }

    /** A switch: given, or not. */
    public boolean isSet(String name) {
        return Boolean.parseBoolean(text(name).orElse("false"));
    }

    /**
     * A whole number between {@code min} and {@code max}, both allowed.
     *
     * @throws BackendException of kind USAGE that names the option, the value and the range
     */
    public int number(String name, int min, int max) throws BackendException {
        String value = text(name).orElse("");
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Same message as for a number out of range: the user needs the range either way.
        }
        throw new BackendException(
                BackendException.Kind.USAGE,
                name + " " + value + ": must be a whole number from " + min + " to " + max);
    }

    private BackendOption option(String name) {
        BackendOption option = known.get(name);
        if (option == null) {
            throw new IllegalArgumentException(name + " was not declared by the backend's options()");
        }
        return option;
    }
}
