package dev.intercept.cli;

import dev.intercept.ExitCode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for an invalid command line: the option, the value, and what to do. Exit code 64. */
final class UsageErrors implements IParameterExceptionHandler {

    private final Arguments arguments;

    UsageErrors(Arguments arguments) {
        this.arguments = arguments;
    }

    @Override
    public int handleParseException(ParameterException error, String[] args) {
        CommandLine commandLine = error.getCommandLine();
        String command = commandLine.getCommandSpec().qualifiedName();
        commandLine.getErr().println("intercept: " + sentence(error) + "; try '" + command + " --help'");
        commandLine.getErr().flush();
        return ExitCode.USAGE.code();
    }

    /** Where it stands, if in a file, and what is wrong. */
    String sentence(ParameterException error) {
        return arguments.placeOf(error) + text(error);
    }

    private String text(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unmatchedText(unmatched);
        }
        ArgSpec option = error.getArgSpec();
        if (error instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            ArgSpec lacking = missing.getMissing().get(0);
            return names(lacking) + " needs a value, " + lacking.paramLabel();
        }
        String message = String.valueOf(error.getMessage());
        if (option != null && error.getValue() != null) {
            return names(option) + ": " + reason(message);
        }
        return message.replaceFirst("^Error: ", "");
    }

    /** picocli puts "Invalid value for option '--port': " in front of a converter's words, for a list with place and label. */
    private static String reason(String message) {
        return message.replaceFirst("^Invalid value for (?:[^:]* at index \\d+ \\([^)]*\\)|[^:]*): ", "");
    }

    private String unmatchedText(UnmatchedArgumentException error) {
        String argument = error.getUnmatched().get(0);
        CommandSpec spec = error.getCommandLine().getCommandSpec();
        boolean isOption = argument.startsWith("-") && argument.length() > 1;
        String meant = isOption
                ? Suggestions.of(
                        argument.replaceFirst("=.*$", ""), spec.optionsMap().keySet())
                : Suggestions.of(argument, spec.subcommands().keySet());
        if (isOption || !meant.isEmpty()) {
            return (isOption ? "unknown option '" : "unknown command '") + argument + "'" + meant;
        }
        return "unexpected argument '" + argument + "'" + quoteAdvice(argument, spec);
    }

    /** A value with blanks that a shell took apart: the words from the value to the next option are it. */
    private String quoteAdvice(String argument, CommandSpec spec) {
        List<String> words = arguments.words();
        int first = words.indexOf(argument);
        int option = first - 1;
        if (first > 0 && !words.get(first - 1).startsWith("-")) {
            option = first - 2;
        }
        if (option < 0 || !takesValue(words.get(option), option == first - 1, spec)) {
            return "";
        }
        int end = first;
        while (end < words.size() && !words.get(end).startsWith("-")) {
            end++;
        }
        String name = words.get(option).replaceFirst("=.*$", "");
        String begin = option == first - 1 ? words.get(option).replaceFirst("^[^=]*=", "") : words.get(first - 1);
        String value = begin + " " + String.join(" ", words.subList(first, end));
        return " behind the value of " + name + ": put a value with blanks in quotes, " + name + " '" + value + "'";
    }

    private static boolean takesValue(String word, boolean isAttached, CommandSpec spec) {
        OptionSpec option = spec.findOption(word.replaceFirst("=.*$", ""));
        return option != null && option.arity().max() > 0 && isAttached == word.contains("=");
    }

    /** {@code "-p, --port"}: users look for the name they typed, whichever it was. */
    static String names(ArgSpec option) {
        return option instanceof OptionSpec spec
                ? Stream.of(spec.names()).collect(Collectors.joining(", "))
                : option.paramLabel();
    }
}
