package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that has the intercept that runs do something, and prints what came of it. */
abstract class AskingCommand implements Callable<Integer> {

    private final String request;

    @Mixin
    private final RunningOptions running = new RunningOptions();

    @Mixin
    private final HelpOption help = new HelpOption();

    @Spec
    private CommandSpec spec;

    /** @param request as the status socket takes it */
    AskingCommand(String request) {
        this.request = request;
    }

    @Override
    public Integer call() throws StartException {
        Reload.Outcome outcome = running.ask(request);
        if (!outcome.isDone()) {
            throw new StartException(ExitCode.USAGE, outcome.line());
        }
        spec.commandLine().getOut().println(outcome.line());
        return ExitCode.OK.code();
    }
}
