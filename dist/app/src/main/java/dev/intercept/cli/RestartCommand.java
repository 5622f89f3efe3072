package dev.intercept.cli;

import dev.intercept.monitor.StatusSocket;
import picocli.CommandLine.Command;

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
final class RestartCommand extends AskingCommand {

    RestartCommand() {
        super(StatusSocket.RESTART);
    }
}
