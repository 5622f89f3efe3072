package dev.intercept.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the command inside the test's JVM, with what it printed. */
record CommandRun(int exitCode, String out, String err) {

    static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                CommandLines.createFor(args).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new CommandRun(commandLine.execute(args), out.toString(), err.toString());
    }
}
