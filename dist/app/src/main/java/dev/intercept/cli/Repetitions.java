package dev.intercept.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Options that were given more than once: lists are joined; of other values the last holds, and a line says so. */
final class Repetitions {

    /** In the label of a value that is a list, {@code IP[,IP...]}. */
    private static final String LIST = "[,";

    private Repetitions() {}

    /** Joins what is a list, and returns a line for each other option whose values differ. */
    static List<String> settle(CommandLine commandLine) {
        List<String> notices = new ArrayList<>();
        for (OptionSpec option :
                new LinkedHashSet<>(commandLine.getParseResult().matchedOptions())) {
            List<String> values = option.originalStringValues();
            boolean isPlain = option.isMultiValue() || new LinkedHashSet<>(values).size() < 2;
            if (!isPlain && isList(option)) {
                option.setValue(converted(option, String.join(",", new LinkedHashSet<>(values)), commandLine));
            } else if (!isPlain) {
                notices.add(notice(option, values));
            }
        }
        return notices;
    }

    static boolean isList(OptionSpec option) {
        return option.paramLabel().contains(LIST);
    }

    private static Object converted(OptionSpec option, String value, CommandLine commandLine) {
        try {
            return option.converters().length == 0 ? value : option.converters()[0].convert(value);
        } catch (Exception e) { // As the interface has it; each part was converted before.
            throw new ParameterException(commandLine, option.longestName() + ": " + e.getMessage());
        }
    }

    private static String notice(OptionSpec option, List<String> values) {
        int last = values.size() - 1;
        return option.longestName() + " was given " + (last == 1 ? "twice" : last + 1 + " times") + ": "
                + values.get(last) + " holds, not " + String.join(", ", values.subList(0, last));
    }
}
