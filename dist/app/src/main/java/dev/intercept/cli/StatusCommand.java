package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.monitor.StatusSocket;
import dev.intercept.monitor.StatusText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code intercept status}: what the intercept that runs has done and what is wrong with it. */
@Command(
        name = "status",
        description = "Tells how the intercept that runs is doing, in one line.",
        footer = {"", "Exit code 0, 1 when a finding says FAIL or capture has ended, 69 when none runs."})
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private RunningOptions running;

    @Option(
            names = {"-v", "--verbose"},
            description = "a line for each lane, tunnel and finding too")
    private boolean verbose;

    @Option(names = "--json", description = "print all that is known as one object")
    private boolean json;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "SEC",
            arity = "0..1",
            fallbackValue = "1",
            converter = WholeNumber.Seconds.class,
            description = "again every SEC seconds (1), until interrupted")
    private Integer watchS;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartException, InterruptedException {
        boolean isHealthy = tell();
        while (watchS != null) {
            TimeUnit.SECONDS.sleep(watchS);
            isHealthy = tell();
        }
        return isHealthy ? ExitCode.OK.code() : 1;
    }

    private boolean tell() throws StartException {
        String report = ask();
        StatusText text = new StatusText(report);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report);
        } else {
            out.print(verbose ? text.details() : text.line() + "\n");
        }
        out.flush();
        return text.isHealthy();
    }

    private String ask() throws StartException {
        java.nio.file.Path socket = running.find();
        try {
            return StatusSocket.ask(socket);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "no intercept answers at " + socket + " (" + e.getMessage()
                            + "); start it, or name its socket with --socket or its PID file with -P",
                    e);
        }
    }
}
