package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.capture.BackendRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/** Puts the picocli model together: option groups in the order of the help text, the backends' options, subcommands. */
public final class CommandLines {

    /** What is behind it is for the intercept of a self-test, which has the same plug-ins. */
    private static final String END_OF_OPTIONS = "--";

    private CommandLines() {}

    /** The whole command for these arguments: which backends there are depends on {@code --plugin-path}. */
    public static CommandLine create(String... args) {
        return create(Arguments.typed(args));
    }

    static CommandLine create(Arguments arguments) {
        String[] args = arguments.array();
        BackendRegistry registry = BackendRegistry.load(pluginDirectories(args));
        CommandLine intercept = withoutSubcommands(registry, arguments);
        Subcommands.addTo(intercept, registry);
        return configure(intercept, arguments);
    }

    /** The command itself, for the options of a start. */
    static CommandLine withoutSubcommands(BackendRegistry registry, String... args) {
        return withoutSubcommands(registry, Arguments.typed(args));
    }

    private static CommandLine withoutSubcommands(BackendRegistry registry, Arguments arguments) {
        return new CommandLine(spec(new InterceptCommand(registry, arguments)));
    }

    /** As {@link #create}, without subcommands, with backends that are loaded. */
    static CommandLine ofStart(BackendRegistry registry, Arguments arguments) {
        return configure(withoutSubcommands(registry, arguments), arguments);
    }

    private static List<Path> pluginDirectories(String... args) {
        CaptureOptions capture = new CaptureOptions();
        try {
            new CommandLine(capture)
                    .setExpandAtFiles(false)
                    .setUnmatchedArgumentsAllowed(true)
                    .parseArgs(Stream.of(args)
                            .filter(arg -> !arg.equals(END_OF_OPTIONS))
                            .toArray(String[]::new));
        } catch (ParameterException e) {
            // The full command line meets the same error and reports it.
        }
        return capture.allPluginDirectories();
    }

    private static CommandSpec spec(InterceptCommand command) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        addStartOptions(spec, command, new HelpOptions());
        spec.addMixin("Of the originals", CommandSpec.forAnnotatedObject(command.former));
        spec.usageMessage().exitCodeList(exitCodes());
        spec.usageMessage()
                .footer(
                        "",
                        "@FILE stands for the arguments in FILE, where quotes keep blanks and # begins a comment. Stop tcpcopy before intercept.");
        return spec;
    }

    /** The options of a start, for the command itself and for subcommands that look at what a start would do. */
    static void addStartOptions(CommandSpec spec, InterceptCommand command, Object help) {
        spec.addMixin("Listening for tcpcopy", CommandSpec.forAnnotatedObject(command.listen));
        spec.addMixin("Sessions", CommandSpec.forAnnotatedObject(command.sessions));
        spec.addMixin(
                "How tcpcopy was built, where its bytes do not show it",
                CommandSpec.forAnnotatedObject(command.protocol));
        spec.addMixin("Capturing", CommandSpec.forAnnotatedObject(command.capture));
        spec.addMixin("Running", CommandSpec.forAnnotatedObject(command.run));
        spec.addMixin("Help", CommandSpec.forAnnotatedObject(help));
        command.backendOptions.addTo(spec);
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            codes.put(Integer.toString(code.code()), code.meaning());
        }
        return codes;
    }

    private static CommandLine configure(CommandLine commandLine, Arguments arguments) {
        commandLine
                .setExpandAtFiles(false) // ArgumentFiles has done it, with a grammar of our own.
                .setOverwrittenOptionsAllowed(true) // An option after @FILE overrides the file.
                .setParameterExceptionHandler(new UsageErrors(arguments))
                .setExecutionExceptionHandler(new FailureMessages(arguments))
                .getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedHelp());
        return commandLine;
    }
}
