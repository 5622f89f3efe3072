package dev.intercept.spi;

import java.util.List;

/**
 * One command-line option that a backend understands. The command offers it, {@link BackendOptions} carries its value.
 *
 * <p>Two backends may declare the same first name when they mean the same thing by it.
 *
 * @param names as typed, the long one first: {@code ["--queue-maxlen", "-q"]}
 * @param valueLabel what stands for the value in the help text, {@code "N"}; empty for a switch without a value
 * @param defaultValue what holds when the option is not given; empty for "not set"
 * @param description one line for the help text, without a full stop
 */
public record BackendOption(List<String> names, String valueLabel, String defaultValue, String description) {

    /**
     * intercept's own option {@code -x}. A backend that stops answers before intercept sees them declares it and is given what
     * the user gave there: IPv4 networks with a comma between.
     *
     * @since 2, added later
     */
    public static final BackendOption PASS_LIST =
            new BackendOption(List.of("--passlist"), "IP[,IP...]", "", "destinations whose packets pass untouched");

    /**
     * intercept's own option {@code -D}. A backend that compares addresses with those of routes before intercept sees a packet
     * declares it and is given what the user gave there: pairs of IPv4 addresses, what packets have, a hyphen, what routes have,
     * with a comma between.
     *
     * @since 2, added later
     */
    public static final BackendOption TRANSLATION = new BackendOption(
            List.of("--translate"), "FROM-TO[,...]", "", "what packets call FROM, on either side, is TO in routes");

    public static final String ON = "on";

    public static final String OFF = "off";

    /**
     * intercept's own option {@code --target-figures}. A backend that does more than it must for what is said about the test
     * server declares it, and does not when it is {@link #OFF}.
     *
     * @since 2, added later
     */
    public static final BackendOption TARGET_FIGURES = new BackendOption(
            List.of("--target-figures"), "on|off", ON, "whether to measure what answers say about the test server");

    public BackendOption {
        names = List.copyOf(names);
        if (names.isEmpty() || !names.get(0).startsWith("--")) {
            throw new IllegalArgumentException("the first name of an option starts with --: " + names);
        }
    }

    /** The name under which {@link BackendOptions} holds the value: the first of {@link #names}. */
    public String name() {
        return names.get(0);
    }

    /** Whether it is one of intercept's own, which the command has already. */
    public boolean isOfIntercept() {
        return equals(PASS_LIST) || equals(TRANSLATION) || equals(TARGET_FIGURES);
    }

    public boolean isSwitch() {
        return valueLabel.isEmpty();
    }
}
