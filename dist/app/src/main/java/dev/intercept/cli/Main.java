package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.cli.ArgumentFiles.ArgumentFileException;
import java.io.PrintWriter;
import java.util.Optional;

/** Where the JVM starts. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /** Puts argument files in their places and runs what that makes. Returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        try {
            return run(out, err, ArgumentFiles.expand(args));
        } catch (ArgumentFileException e) {
            err.println("intercept: " + e.getMessage() + "; try 'intercept --help'");
            err.flush();
            return ExitCode.USAGE.code();
        }
    }

    /** Runs a plain start at once, and everything else through picocli. */
    private static int run(PrintWriter out, PrintWriter err, Arguments arguments) {
        String[] words = arguments.array();
        try {
            Optional<InterceptCommand> plain = PlainStart.of(arguments);
            return plain.isPresent()
                    ? plain.get().start(out, err)
                    : CommandLines.create(arguments).setOut(out).setErr(err).execute(words);
        } catch (Exception | LinkageError | InternalError e) {
            return new FailureMessages(arguments).report(e, err);
        }
    }
}
