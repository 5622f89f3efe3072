package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.monitor.StatusSocket;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code intercept restart}: has the intercept that runs become the program that is installed now. */
@Command(
        name = "restart",
        description = {
            "Has the intercept that runs start anew in its process, as the program that is installed now, with its command line and "
                    + "with the files that this names as they are now. Tunnels, sessions and counts go on, rules and filters stay.",
            "The options are tried first: what a start would refuse changes nothing."
        },
        footer = {
            "",
            "Exit code 0 once it captures again, 64 when it was refused, which changes nothing, 69 when none runs."
        })
final class RestartCommand implements Callable<Integer> {

    @Mixin
    private final RunningOptions running = new RunningOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartException {
        Reload.Outcome outcome = running.ask(StatusSocket.RESTART);
        if (!outcome.isDone()) {
            throw new StartException(ExitCode.USAGE, outcome.line());
        }
        spec.commandLine().getOut().println(outcome.line());
        return ExitCode.OK.code();
    }
}
