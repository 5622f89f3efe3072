package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The subcommands of {@code intercept}, one line each. */
final class Subcommands {

    private Subcommands() {}

    static void addTo(CommandLine intercept, BackendRegistry registry) {
        intercept.addSubcommand(new SelftestCommand());
        intercept.addSubcommand(check(registry));
        intercept.addSubcommand(new StatusCommand());
    }

    private static CommandLine check(BackendRegistry registry) {
        InterceptCommand start = new InterceptCommand(registry, List.of());
        CheckCommand command = new CheckCommand(start, registry);
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        spec.addMixin("Looking", CommandSpec.forAnnotatedObject(command.surroundings));
        CommandLines.addStartOptions(spec, start);
        CommandLine check = new CommandLine(spec);
        check.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedHelp());
        return check;
    }
}
