package dev.intercept.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The words of a command line, argument files and the configuration put in their places.
 *
 * @param places for each word {@code "FILE:LINE: "}; empty for one that was typed
 * @param given the words without those of the configuration, which can be read anew
 */
record Arguments(List<String> words, List<String> places, List<String> given) {

    Arguments(List<String> words, List<String> places) {
        this(words, places, words);
    }

    /** All typed. */
    static Arguments typed(String... words) {
        return new Arguments(
                List.of(words), List.of(words).stream().map(word -> "").toList());
    }

    String[] array() {
        return words.toArray(String[]::new);
    }

    /** What to write in front of a message about the word that it is about; empty when that was typed. */
    String placeOf(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return place(words.lastIndexOf(unmatched.getUnmatched().get(0)));
        }
        ArgSpec about = error instanceof MissingParameterException missing
                        && !missing.getMissing().isEmpty()
                ? missing.getMissing().get(0)
                : error.getArgSpec();
        if (!(about instanceof OptionSpec option)) {
            return placeOf(error.getMessage());
        }
        int found = -1;
        for (String name : option.names()) {
            found = Math.max(found, lastOf(name, error.getValue()));
        }
        return place(found);
    }

    /** The same for a text that names the option. */
    String placeOf(@Nullable String message) {
        Matcher names = Pattern.compile("(?:^|[ '])(--?[A-Za-z][A-Za-z-]*)").matcher(String.valueOf(message));
        int found = -1;
        while (found < 0 && names.find()) {
            found = lastOf(names.group(1), null);
        }
        return place(found);
    }

    private String place(int word) {
        return word < 0 ? "" : places.get(word);
    }

    /** @param value null for any */
    private int lastOf(String name, @Nullable String value) {
        int named = -1;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean isNamed = word.equals(name) || word.startsWith(name + "=");
            boolean hasValue = value == null
                    || word.equals(name + "=" + value)
                    || word.equals(name)
                            && i + 1 < words.size()
                            && words.get(i + 1).equals(value);
            if (isNamed && hasValue) {
                named = i;
            }
        }
        return named < 0 && value != null ? lastOf(name, null) : named;
    }
}
