package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says why the command failed and gives the exit code: one line for what the user can change, a stack trace for a bug. */
final class FailureMessages implements IExecutionExceptionHandler {

    private final Arguments arguments;

    FailureMessages(Arguments arguments) {
        this.arguments = arguments;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
        return report(failure, commandLine.getErr());
    }

    /** Returns the exit code. */
    int report(Throwable failure, PrintWriter err) {
        ExitCode code = failure instanceof StartException start ? start.exitCode() : ExitCode.SOFTWARE;
        if (failure instanceof StartException) {
            String place = code == ExitCode.USAGE ? arguments.placeOf(failure.getMessage()) : "";
            err.println("intercept: " + place + failure.getMessage());
        } else if (DescriptorsUsedUp.are(failure)) {
            code = ExitCode.OS_REFUSED;
            err.println("intercept: " + DescriptorsUsedUp.TEXT);
        } else {
            err.println("intercept: this is a bug, please report it with the lines below and the options used");
            failure.printStackTrace(err);
        }
        err.flush();
        return code.code();
    }
}
