package dev.intercept.cli;

import dev.intercept.monitor.StatusSocket;
import picocli.CommandLine.Command;

/** {@code intercept reload}: has the intercept that runs read its configuration anew. */
@Command(
        name = "reload",
        description = {
            "Has the intercept that runs read its --config=FILE anew, and prints what changed and what needs a restart.",
            "SIGHUP does the same. --allow, --passlist, --translate, --install-rules, --log-level, --silence and the --target-ports "
                    + "of ebpf change at once; tunnels and sessions stay."
        },
        footer = {"", "Exit code 0, 64 when the file is refused, which changes nothing, 69 when none runs."})
final class ReloadCommand extends AskingCommand {

    ReloadCommand() {
        super(StatusSocket.RELOAD);
    }
}
