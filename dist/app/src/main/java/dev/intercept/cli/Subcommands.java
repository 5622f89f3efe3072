package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The subcommands of {@code intercept}, one line each. */
final class Subcommands {

    private Subcommands() {}

    static void addTo(CommandLine intercept, BackendRegistry registry) {
        intercept.addSubcommand(new SelftestCommand(registry));
        intercept.addSubcommand(check(registry));
        intercept.addSubcommand(new ConfigCommand());
        intercept.addSubcommand(rules(registry));
        intercept.addSubcommand(new StatusCommand());
        intercept.addSubcommand(new ReloadCommand());
        intercept.addSubcommand(new RestartCommand());
        intercept.addSubcommand(report(registry));
        intercept.addSubcommand(new CompareCommand());
    }

    private static CommandLine rules(BackendRegistry registry) {
        RulesCommand command = new RulesCommand(registry);
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        command.backendOptions.addTo(spec);
        return new CommandLine(spec);
    }

    private static CommandLine check(BackendRegistry registry) {
        InterceptCommand start = new InterceptCommand(registry, Arguments.typed());
        CheckCommand command = new CheckCommand(start, registry);
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("Looking", command.target);
        own.put("Printing", command.printing);
        return withStartOptions(command, own, start, new HelpOption());
    }

    private static CommandLine report(BackendRegistry registry) {
        InterceptCommand start = new InterceptCommand(registry, Arguments.typed());
        ReportCommand command = new ReportCommand(start, registry);
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("Writing", command.writing);
        own.put("Looking", command.target);
        return withStartOptions(command, own, start, new HelpOptions());
    }

    /** A subcommand that takes the options of a start, below its own. */
    private static CommandLine withStartOptions(
            Object command, Map<String, Object> own, InterceptCommand start, Object help) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        own.forEach((heading, options) -> spec.addMixin(heading, CommandSpec.forAnnotatedObject(options)));
        CommandLines.addStartOptions(spec, start, help);
        CommandLine subcommand = new CommandLine(spec);
        subcommand.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedHelp());
        return subcommand;
    }
}
