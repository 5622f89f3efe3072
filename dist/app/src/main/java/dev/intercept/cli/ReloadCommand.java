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

/** {@code intercept reload}: has the intercept that runs read its configuration anew. */
@Command(
        name = "reload",
        description = {
            "Has the intercept that runs read its --config=FILE anew, and prints what changed and what needs a restart.",
            "SIGHUP does the same. --allow, --passlist, --translate, --install-rules, --log-level, --silence and the --target-ports "
                    + "of ebpf change at once; tunnels and sessions stay."
        },
        footer = {"", "Exit code 0, 64 when the file is refused, which changes nothing, 69 when none runs."})
final class ReloadCommand implements Callable<Integer> {

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
        Reload.Outcome outcome = running.ask(StatusSocket.RELOAD);
        if (!outcome.isDone()) {
            throw new StartException(ExitCode.USAGE, outcome.line());
        }
        spec.commandLine().getOut().println(outcome.line());
        return ExitCode.OK.code();
    }
}
