package dev.intercept.cli;

import dev.intercept.ExitCode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for a command line that cannot be meant: the option, the value, and what to do. Exit code 64. */
final class UsageErrors implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException error, String[] args) {
        CommandLine commandLine = error.getCommandLine();
        String command = commandLine.getCommandSpec().qualifiedName();
        commandLine.getErr().println("intercept: " + text(error) + "; try '" + command + " --help'");
        commandLine.getErr().flush();
        return ExitCode.USAGE.code();
    }

    static String text(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unmatchedText(unmatched);
        }
        ArgSpec option = error.getArgSpec();
        if (error instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            ArgSpec lacking = missing.getMissing().get(0);
            return names(lacking) + " needs a value, " + lacking.paramLabel();
        }
        if (option != null && error.getValue() != null) {
            return names(option) + ": " + reason(error.getMessage());
        }
        return error.getMessage().replaceFirst("^Error: ", "");
    }

    /** picocli puts "Invalid value for option '--port': " in front of a converter's words. */
    private static String reason(String message) {
        return message.replaceFirst("^Invalid value for [^:]*: ", "");
    }

    private static String unmatchedText(UnmatchedArgumentException error) {
        String argument = error.getUnmatched().get(0);
        if (!error.isUnknownOption()) {
            return "unexpected argument '" + argument + "'";
        }
        List<String> suggestions = error.getSuggestions();
        String meant = suggestions.isEmpty() ? "" : ", did you mean " + String.join(" or ", suggestions) + "?";
        return "unknown option '" + argument + "'" + meant;
    }

    /** {@code "-p, --port"}: users look for the name they typed, whichever it was. */
    static String names(ArgSpec option) {
        return option instanceof OptionSpec spec
                ? Stream.of(spec.names()).collect(Collectors.joining(", "))
                : option.paramLabel();
    }
}
